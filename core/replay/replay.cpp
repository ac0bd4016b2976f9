#include "replay/replay.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "replay/encoder.hpp"
#include "run/interrupt.hpp"
#include "words/names.hpp"

namespace kindred::replay {
namespace {

constexpr std::uint64_t kHeldValues = std::uint64_t{1} << 22;  // of a model at a time

// Where a tensor of the result comes from.
struct Place {
  const Slice* slice = nullptr;
  std::optional<std::uint64_t> offset = {};  // of its layer within the slice
  double depth = 0;
};

struct Parent {
  const plan::Model* model = nullptr;
  const models::Tensor* tensor = nullptr;
};

struct Recipe {
  Formula formula;
  std::vector<Parent> parents;
  Parent unchanged = {};  // of one parent with an adapter: its base
};

std::uint64_t layersOf(const models::Checkpoint& checkpoint) {
  std::uint64_t layers = 0;
  for (const models::Tensor& tensor : checkpoint.tensors()) {
    if (const auto layer = layerOf(tensor.name)) layers = std::max(layers, *layer + 1);
  }
  return layers;
}

// What stands before the layers, and not behind them. Both are at depth 0 for mergekit.
bool standsBefore(std::string_view name) {
  constexpr std::string_view kWords[] = {"embed", "wte", "wpe"};
  return std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view word) {
    return name.find(word) != std::string_view::npos;
  });
}

// Equal as numbers, or both none.
bool same(float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); }

class Replayer {
 public:
  Replayer(const Merge& merge, const Models& models, const plan::Model& result, std::uint64_t most)
      : merge_(merge), models_(models), result_(result), layers_(layersOf(result.checkpoint)) {
    std::uint64_t bytes = 0;
    for (const models::Tensor& tensor : result.checkpoint.tensors()) bytes += tensor.bytes;
    share_ = bytes <= most ? 1 : static_cast<double>(most) / static_cast<double>(bytes);
    made_.whole = bytes <= most;
    made_.copies = merge.method == Method::passthrough;
    checkLayers();
  }

  Replay run() {
    double due = 0;
    for (const models::Tensor& tensor : result_.checkpoint.tensors()) {
      if (run::interrupted()) throw Error(Category::input, "", "interrupted");
      const std::string why = unreadable(tensor);
      if (tensor.encoding == models::Encoding::part) continue;
      std::string reason = why;
      const std::optional<Encoder> encoder = Encoder::of(result_, tensor, made_.bytes_read);
      if (why.empty() && isEncoded(tensor) && !encoder) {
        made_.left_out.push_back({tensor.name, "is stored as codes that are not made again here (" +
                                                   tensor.numbers->codec + ")"});
        continue;
      }
      const std::optional<Recipe> recipe = why.empty() ? recipeOf(tensor, reason) : std::nullopt;
      if (!recipe) {
        made_.left_out.push_back({tensor.name, reason});
        continue;
      }
      due += share_;
      // Its angle is that of whole tensors.
      const bool whole = recipe->formula.method == Method::slerp;
      if (whole && due < 1) continue;
      if (whole) due -= 1;
      replayTensor(tensor, *recipe, encoder, whole);
    }
    if (made_.tensors.empty()) {
      throw inputError(result_.key, "no tensor of it can be replayed",
                       made_.left_out.empty()
                           ? "it has no tensors"
                           : fmt::format("'{}' {}", words::escaped(made_.left_out[0].tensor),
                                         made_.left_out[0].reason));
    }
    return std::move(made_);
  }

 private:
  void checkLayers() const {
    std::uint64_t made = 0;
    for (const Slice& slice : merge_.slices) {
      for (const Ingredient& one : slice.ingredients) {
        const std::uint64_t has = layersOf(models_.by_name.at(one.model)->checkpoint);
        if (one.end && *one.end > has) {
          throw inputError(text(one.place),
                           fmt::format("'{}' has {} layers and no layer {}",
                                       words::escaped(one.model), has, *one.end - 1));
        }
      }
      if (slice.ingredients.front().end) {
        made += *slice.ingredients.front().end - *slice.ingredients.front().first;
      }
    }
    if (!merge_.whole && made != layers_) {
      throw inputError(result_.key,
                       fmt::format("it has {} layers, but the merge makes {}", layers_, made),
                       "name the model that this file made");
    }
  }

  Place placeOf(const std::string& tensor) const {
    const std::optional<std::uint64_t> layer = layerOf(tensor);
    if (!layer) {
      const bool before = standsBefore(tensor);
      return {before ? &merge_.slices.front() : &merge_.slices.back(), {}, 0};
    }
    std::uint64_t first = 0;
    for (const Slice& slice : merge_.slices) {
      const Ingredient& one = slice.ingredients.front();
      const std::uint64_t count = one.end ? *one.end - *one.first : layers_;
      if (*layer < first + count) {
        const std::uint64_t offset = *layer - first;
        return {&slice, offset,
                count == 1 ? 1.0 : static_cast<double>(offset) / static_cast<double>(count - 1)};
      }
      first += count;
    }
    return {};
  }

  std::optional<double> setting(Setting Settings::*which, const Settings* own, const Place& place,
                                const std::string& tensor) const {
    for (const Settings* settings : {own, &place.slice->settings, &merge_.settings}) {
      if (settings == nullptr) continue;
      if (const auto value = (settings->*which).at(tensor, place.depth)) return value;
    }
    return std::nullopt;
  }

  std::optional<Recipe> recipeOf(const models::Tensor& tensor, std::string& reason) const {
    const Place place = placeOf(tensor.name);
    if (place.slice == nullptr) {
      reason = "stands in a layer that the merge does not make";
      return std::nullopt;
    }
    Recipe recipe;
    Formula& formula = recipe.formula;
    formula.method = merge_.method;
    const std::string& base = merge_.baseOf(*place.slice);
    bool based = false;
    const auto add = [&](const std::string& model, const Ingredient* one) {
      const Parent parent = parentOf(*models_.by_name.at(model), tensor, place, one, reason);
      if (parent.tensor == nullptr) return false;
      if (model == base) {
        formula.base = recipe.parents.size();
        based = true;
      }
      const auto weight =
          setting(merge_.method == Method::passthrough ? &Settings::scale : &Settings::weight,
                  one == nullptr ? nullptr : &one->settings, place, parent.tensor->name);
      const bool needs = merge_.method == Method::linear ||
                         (merge_.method == Method::task_arithmetic && model != base);
      if (needs && !weight) {
        reason = fmt::format("no weight is given for '{}'", words::escaped(model));
        return false;
      }
      formula.weights.push_back(weight.value_or(1));
      recipe.parents.push_back(parent);
      return true;
    };
    for (const Ingredient& one : place.slice->ingredients) {
      if (!add(one.model, &one)) return std::nullopt;
    }
    const bool of_base = merge_.method == Method::slerp || merge_.method == Method::task_arithmetic;
    // A slice of one model is that model, whatever the others are.
    if (merge_.method == Method::slerp && !merge_.whole && recipe.parents.size() == 1) {
      formula.method = Method::passthrough;
      formula.weights = {1};
    } else if (of_base && !based && !add(base, &place.slice->ingredients.front())) {
      return std::nullopt;
    }
    complete(recipe, place, tensor);
    return recipe;
  }

  void complete(Recipe& recipe, const Place& place, const models::Tensor& tensor) const {
    Formula& formula = recipe.formula;
    formula.t = setting(&Settings::t, nullptr, place, tensor.name).value_or(0);
    formula.lambda = setting(&Settings::lambda, nullptr, place, tensor.name).value_or(1);
    formula.normalize = place.slice->settings.normalize.value_or(
        merge_.settings.normalize.value_or(merge_.method == Method::linear));
    formula.arithmetic = merge_.dtype == Precision::single   ? DType::F32
                         : merge_.dtype == Precision::half   ? DType::F16
                         : merge_.dtype == Precision::bfloat ? DType::BF16
                                                             : typeOf(recipe);
    formula.stated = merge_.dtype != Precision::stored;
    if (recipe.parents.size() != 1) return;
    const auto base = models_.bases.find(place.slice->ingredients.front().model);
    if (base == models_.bases.end()) return;
    std::string unused;
    recipe.unchanged =
        parentOf(*base->second, tensor, place, &place.slice->ingredients.front(), unused);
  }

  // In which a merge computes where nothing is said: that of its first tensor, or the base's.
  static DType typeOf(const Recipe& recipe) {
    const models::Tensor& first = *recipe.parents[recipe.formula.base].tensor;
    return first.numbers ? DType::F32 : first.dtype;
  }

  Parent parentOf(const plan::Model& model, const models::Tensor& tensor, const Place& place,
                  const Ingredient* one, std::string& reason) const {
    std::string name = tensor.name;
    if (place.offset && one != nullptr && one->first) {
      name = withLayer(name, *one->first + *place.offset);
    }
    const models::Tensor* found = model.checkpoint.find(name);
    const auto refuse = [&](const std::string& why) {
      reason = fmt::format("'{}' of '{}' {}", words::escaped(name), model.key, why);
      return Parent{};
    };
    if (found == nullptr) return refuse("is not there");
    if (found->shape != tensor.shape) return refuse("has another shape");
    if (const std::string why = unreadable(*found); !why.empty()) return refuse(why);
    return {&model, found};
  }

  void replayTensor(const models::Tensor& tensor, const Recipe& recipe,
                    const std::optional<Encoder>& encoder, bool whole) {
    const std::uint64_t rows = rowCount(tensor), columns = tensor.elements / rows;
    const auto wanted =
        whole ? rows : static_cast<std::uint64_t>(std::ceil(share_ * static_cast<double>(rows)));
    const std::vector<std::uint64_t> list = spacedRows(rows, wanted);
    const std::size_t step = std::max<std::uint64_t>(1, kHeldValues / columns);
    Formula formula = recipe.formula;
    if (formula.method == Method::slerp) formula.cosine = cosineOf(recipe, list, step);
    TensorReplay made{tensor.name, tensor.dtype, {}};
    for (std::size_t first = 0; first < list.size(); first += step) {
      const auto some = std::span(list).subspan(first, std::min(step, list.size() - first));
      made.tally += tallyOf(tensor, recipe, formula, encoder, some);
    }
    made_.all += made.tally;
    made_.tensors.push_back(std::move(made));
  }

  std::vector<std::vector<float>> read(const Recipe& recipe, std::span<const std::uint64_t> rows) {
    std::vector<std::vector<float>> values;
    for (const Parent& parent : recipe.parents) {
      values.push_back(rowsOf(*parent.model, *parent.tensor, rows, made_.bytes_read));
    }
    return values;
  }

  double cosineOf(const Recipe& recipe, const std::vector<std::uint64_t>& list, std::size_t step) {
    double product = 0, first = 0, second = 0;
    for (std::size_t at = 0; at < list.size(); at += step) {
      const auto values =
          read(recipe, std::span(list).subspan(at, std::min(step, list.size() - at)));
      for (std::size_t i = 0; i < values[0].size(); ++i) {
        const double x = values[0][i], y = values[1][i];
        product += x * y;
        first += x * x;
        second += y * y;
      }
    }
    const auto length = [](double square) {  // next to nothing is not divided by its length
      constexpr double kNoLength = 1e-8;
      return std::sqrt(square) > kNoLength ? std::sqrt(square) : 1;
    };
    return product / length(first) / length(second);
  }

  // What was quantised was first stored in the type of the arithmetic. Codes are compared where the
  // parents' own, made by the same rule, differ.
  Tally tallyOf(const models::Tensor& tensor, const Recipe& recipe, const Formula& formula,
                const std::optional<Encoder>& encoder, std::span<const std::uint64_t> rows) {
    const DType stored = encoder ? formula.arithmetic : tensor.numbers ? DType::F32 : tensor.dtype;
    const std::vector<float> published = rowsOf(result_, tensor, rows, made_.bytes_read);
    const auto parents = read(recipe, rows);
    std::vector<float> unchanged;
    if (recipe.unchanged.tensor != nullptr) {
      unchanged = rowsOf(*recipe.unchanged.model, *recipe.unchanged.tensor, rows, made_.bytes_read);
    }
    const auto encoded = [&](std::vector<float> values) {
      for (float& x : values) x = rounded(stored, x);
      encoder->encode(rows, values);
      return values;
    };
    std::vector<std::vector<float>> held = parents;  // as the result would hold them
    if (encoder) {
      for (std::vector<float>& values : held) values = encoded(std::move(values));
      if (!unchanged.empty()) unchanged = encoded(std::move(unchanged));
    }
    Tally tally;
    tally.values = published.size();
    std::vector<bool> counts(published.size());
    for (std::size_t i = 0; i < published.size(); ++i) {
      counts[i] = differ(held, unchanged, encoder ? DType::F32 : stored, i);
      tally.differing += counts[i];
    }
    std::vector<float> result;
    for (std::size_t k = 0; k < kArithmetics.size(); ++k) {
      if (!applies(kArithmetics[k], formula, stored)) continue;
      compute(formula, kArithmetics[k], stored, parents, result);
      if (encoder) encoder->encode(rows, result);
      for (std::size_t i = 0; i < published.size(); ++i) {
        if (!counts[i]) continue;
        const bool equal = same(result[i], published[i]);
        tally.equal[k] += equal;
        tally.near[k] += equal || (!encoder && std::abs(result[i] - published[i]) <=
                                                   std::max(stepAt(stored, result[i]),
                                                            stepAt(stored, published[i])));
      }
    }
    return tally;
  }

  static bool differ(const std::vector<std::vector<float>>& parents,
                     const std::vector<float>& unchanged, DType stored, std::size_t i) {
    const float first = rounded(stored, parents[0][i]);
    if (!unchanged.empty()) return !same(first, rounded(stored, unchanged[i]));
    if (parents.size() == 1) return true;
    return std::any_of(parents.begin() + 1, parents.end(), [&](const std::vector<float>& parent) {
      return !same(first, rounded(stored, parent[i]));
    });
  }

  const Merge& merge_;
  const Models& models_;
  const plan::Model& result_;
  std::uint64_t layers_;
  double share_ = 1;
  Replay made_;
};

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
  values += other.values;
  differing += other.differing;
  for (std::size_t k = 0; k < equal.size(); ++k) {
    equal[k] += other.equal[k];
    near[k] += other.near[k];
  }
  return *this;
}

std::size_t Replay::best() const {
  return static_cast<std::size_t>(std::max_element(all.equal.begin(), all.equal.end()) -
                                  all.equal.begin());
}

Replay replay(const Merge& merge, const Models& models, const plan::Model& result,
              std::uint64_t most) {
  return Replayer(merge, models, result, most).run();
}

}  // namespace kindred::replay
