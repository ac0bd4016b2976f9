#include "support/alignment/toy_model.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <set>

#include <kindred/random.hpp>

namespace kindred::test {
namespace {

using namespace role;

double gaussian(Random& random) {
  return std::sqrt(-2 * std::log(1 - random.unit())) *
         std::cos(2 * std::numbers::pi * random.unit());
}

bool isNorm(std::string_view role) {
  return role == kAttentionNorm || role == kMlpNorm || role == kFinalNorm;
}
// The role's rows are vectors of the residual stream.
bool readsResidual(std::string_view role) {
  return role != kDown && role != kAttentionOutput && !isNorm(role) && !role.ends_with("_bias");
}

std::vector<std::uint32_t> shuffledOrder(std::uint64_t count, Random& random) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  random.shuffle(std::span(order));
  return order;
}

void reorderRows(Matrix& matrix, const std::vector<std::uint32_t>& order) {
  const Matrix old = matrix;
  for (std::uint64_t r = 0; r < matrix.rows; ++r) {
    std::copy_n(old.values.begin() + static_cast<std::ptrdiff_t>(order[r] * matrix.columns),
                matrix.columns,
                matrix.values.begin() + static_cast<std::ptrdiff_t>(r * matrix.columns));
  }
}

}  // namespace

ToyModel::ToyModel(std::string name, std::uint64_t seed, const ToyShape& shape)
    : name_(std::move(name)) {
  shape_.layers = shape.layers;
  shape_.hidden = shape.hidden;
  shape_.heads = shape.heads;
  shape_.kv_heads = shape.kv_heads;
  shape_.head_dim = shape.head_dim;
  shape_.rotary_dim = shape.rotary_dim;
  shape_.by_layer = shape.by_layer;
  seed *= 1000003;
  for (std::uint64_t t = 0; t < shape.vocabulary; ++t) tokens_.push_back("t" + std::to_string(t));
  put(kEmbedding, {}, shape.vocabulary, shape.hidden, ++seed);
  put(kOutput, {}, shape.vocabulary, shape.hidden, ++seed);
  put(kFinalNorm, {}, 1, shape.hidden, ++seed);
  for (std::uint64_t l = 0; l < shape.layers; ++l) {
    const Place place{static_cast<std::int64_t>(l), -1, false};
    put(kAttentionNorm, place, 1, shape.hidden, ++seed);
    put(kMlpNorm, place, 1, shape.hidden, ++seed);
    const HeadShape heads = shape_.headsOf(place.layer);
    put(kQuery, place, heads.heads * heads.key_dim, shape.hidden, ++seed);
    put(kKey, place, heads.kv_heads * heads.key_dim, shape.hidden, ++seed);
    put(kValue, place, heads.kv_heads * heads.value_dim, shape.hidden, ++seed);
    if (shape.shared_key > 0) put(kSharedKey, place, shape.shared_key, shape.hidden, ++seed);
    if (shape.biases) {
      put("attention.k_bias", place, 1, shape.kv_heads * shape.head_dim, ++seed);
      put("attention.v_bias", place, 1, shape.kv_heads * shape.head_dim, ++seed);
    }
    if (shape.query_latents > 0)
      put(kQueryLatent, place, shape.query_latents, shape.hidden, ++seed);
    if (shape.latents > 0) put(kKeyValueLatent, place, shape.latents, shape.hidden, ++seed);
    if (shape.experts > 0) put(kRouter, place, shape.experts, shape.hidden, ++seed);
    for (std::uint64_t e = 0; e < std::max<std::uint64_t>(1, shape.experts); ++e) {
      const Place mlp{place.layer, shape.experts > 0 ? static_cast<std::int64_t>(e) : -1, false};
      put(kGate, mlp, shape.units, shape.hidden, ++seed);
      put(kUp, mlp, shape.units, shape.hidden, ++seed);
      if (shape.bands > 0) put(kDown, mlp, shape.bands, shape.units, ++seed);
    }
    if (shape.bands > 0)
      put(kAttentionOutput, place, shape.bands, shape.heads * shape.head_dim, ++seed);
  }
  listMlps();
}

void ToyModel::put(std::string_view role, const Place& place, std::uint64_t rows,
                   std::uint64_t columns, std::uint64_t seed) {
  Matrix matrix;
  matrix.rows = rows;
  matrix.columns = columns;
  Random random(seed);
  for (std::uint64_t i = 0; i < rows * columns; ++i) {
    const double x = gaussian(random);
    matrix.values.push_back(static_cast<float>(isNorm(role) ? 1 + 0.1 * x : x));
  }
  tensors_[{std::string(role), place}] = std::move(matrix);
}

void ToyModel::listMlps() {
  mlps_.clear();
  for (const auto& [key, matrix] : tensors_) {
    if (key.first == kGate) mlps_.push_back(key.second);
  }
}

std::uint64_t ToyModel::rows(std::string_view role, const Place& place) const {
  const auto found = tensors_.find({std::string(role), place});
  return found == tensors_.end() ? 0 : found->second.rows;
}

Matrix ToyModel::matrix(std::string_view role, const Place& place,
                        std::span<const std::uint32_t> rows) const {
  const auto found = tensors_.find({std::string(role), place});
  if (found == tensors_.end()) return {};
  const Matrix& whole = found->second;
  if (rows.empty()) return whole;
  Matrix part;
  part.rows = rows.size();
  part.columns = whole.columns;
  for (const std::uint32_t row : rows) {
    const float* first = whole.values.data() + row * whole.columns;
    part.values.insert(part.values.end(), first, first + whole.columns);
  }
  return part;
}

GaugeGrant ToyModel::gauge(std::string_view role, unsigned axis, Gauge which) const {
  const bool rows = axis == 0;
  if (which == Gauge::mlp_unit) {
    if (role == kGate && rows) return {false, true, "SiLU is not odd"};
    const bool granted = (role == kUp && rows) || (role == kDown && !rows);
    return {granted, granted, ""};
  }
  if (which == Gauge::latent_dim) {
    const bool latent = role == kQueryLatent || role == kKeyValueLatent;
    return {latent && rows, latent && rows, ""};
  }
  if (which == Gauge::value_dim) {
    return {(role == kValue && rows) || (role == kAttentionOutput && !rows), false, ""};
  }
  if (which == Gauge::rotary_pair) {
    return {(role == kKey || role == kQuery || role == kSharedKey) && rows, false, ""};
  }
  if (which == Gauge::rotary_free) {
    const bool granted =
        (role == kKey || role == kQuery) && rows && shape_.rotary_dim < shape_.head_dim;
    return {granted, false, granted ? "" : "every key row has a position"};
  }
  if (which == Gauge::kv_group) {
    return {false, (role == kKey || role == kQuery || role == kValue) && rows, ""};
  }
  if (which == Gauge::expert) return {false, role == kRouter && rows, ""};
  if (which == Gauge::residual_dim) {
    const bool residual = readsResidual(role) ? !rows : rows;
    return {residual && !isNorm(role), residual, ""};
  }
  return {false, false, "unknown gauge"};
}

ToyModel ToyModel::as(std::string name) const {
  ToyModel copy = *this;
  copy.name_ = std::move(name);
  return copy;
}

ToyModel& ToyModel::trained(double noise, std::uint64_t seed) {
  Random random(seed);
  for (auto& [key, matrix] : tensors_) {
    if (isNorm(key.first)) continue;
    for (float& x : matrix.values) x += static_cast<float>(noise * gaussian(random));
  }
  return *this;
}

ToyModel& ToyModel::permuted(std::uint64_t seed) {
  Random random(seed);
  for (const Place& place : mlps_) {
    const auto order = shuffledOrder(at(kGate, place).rows, random);
    reorderRows(at(kGate, place), order);
    reorderRows(at(kUp, place), order);
    if (rows(kDown, place) == 0) continue;
    Matrix& down = at(kDown, place);
    const std::vector<float> before = down.values;
    for (std::size_t i = 0; i < down.values.size(); ++i) {
      const std::size_t row = i / down.columns * down.columns;
      down.values[i] = before[row + order[i - row]];
    }
  }
  return *this;
}

ToyModel& ToyModel::headsPermuted(std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t l = 0; l < shape_.layers; ++l) {
    const Place place{static_cast<std::int64_t>(l), -1, false};
    const auto heads = shuffledOrder(shape_.kv_heads, random);
    for (const std::string_view role : {kQuery, kKey, kValue}) {
      Matrix& matrix = at(role, place);
      const std::uint64_t block = matrix.rows / shape_.kv_heads;
      std::vector<std::uint32_t> order;
      for (const std::uint32_t head : heads) {
        for (std::uint64_t i = 0; i < block; ++i) {
          order.push_back(static_cast<std::uint32_t>(head * block + i));
        }
      }
      reorderRows(matrix, order);
    }
  }
  return *this;
}

ToyModel& ToyModel::rotated(std::uint64_t seed) {
  // A product of Householder reflections: orthogonal, and far from the identity.
  Random random(seed);
  for (int k = 0; k < 40; ++k) {
    std::vector<double> axis(shape_.hidden);
    double square = 0;
    for (double& x : axis) {
      x = gaussian(random);
      square += x * x;
    }
    for (auto& [key, matrix] : tensors_) {
      if (!readsResidual(key.first)) continue;
      for (std::uint64_t r = 0; r < matrix.rows; ++r) {
        float* row = matrix.values.data() + r * matrix.columns;
        double along = 0;
        for (std::uint64_t c = 0; c < matrix.columns; ++c) along += row[c] * axis[c];
        for (std::uint64_t c = 0; c < matrix.columns; ++c) {
          row[c] -= static_cast<float>(2 * along / square * axis[c]);
        }
      }
    }
  }
  for (auto& [key, matrix] : tensors_) {
    if (isNorm(key.first)) std::fill(matrix.values.begin(), matrix.values.end(), 1.0f);
  }
  return *this;
}

ToyModel& ToyModel::reembedded(std::uint64_t seed) {
  put(kEmbedding, {}, rows(kEmbedding, {}), shape_.hidden, seed);
  put(kOutput, {}, rows(kOutput, {}), shape_.hidden, seed + 1);
  return *this;
}

ToyModel& ToyModel::upcycled(std::uint64_t experts) {
  for (const Place& dense : std::vector<Place>(mlps_)) {
    for (const std::string_view role : {kGate, kUp}) {
      const Matrix matrix = at(role, dense);
      tensors_.erase({std::string(role), dense});
      for (std::uint64_t e = 0; e < experts; ++e) {
        tensors_[{std::string(role), {dense.layer, static_cast<std::int64_t>(e), false}}] = matrix;
      }
    }
  }
  listMlps();
  return *this;
}

ToyModel& ToyModel::readInPart(std::uint64_t units) {
  for (auto& [key, matrix] : tensors_) {
    if (key.first != kGate && key.first != kUp) continue;
    matrix.rows = std::min(matrix.rows, units);
    matrix.values.resize(matrix.rows * matrix.columns);
  }
  return *this;
}

ToyModel& ToyModel::unitsCloned(std::uint64_t times) {
  for (auto& [key, matrix] : tensors_) {
    if (key.first != kGate && key.first != kUp) continue;
    const std::vector<float> once = matrix.values;
    for (std::uint64_t t = 1; t < times; ++t) {
      matrix.values.insert(matrix.values.end(), once.begin(), once.end());
    }
    matrix.rows *= times;
  }
  return *this;
}

ToyModel& ToyModel::widthCloned(std::uint64_t times) {
  for (auto& [key, matrix] : tensors_) {
    if (!readsResidual(key.first) && !isNorm(key.first)) continue;
    std::vector<float> wide;
    for (std::uint64_t r = 0; r < matrix.rows; ++r) {
      const auto row = matrix.values.begin() + static_cast<std::ptrdiff_t>(r * matrix.columns);
      for (std::uint64_t t = 0; t < times; ++t) {
        wide.insert(wide.end(), row, row + static_cast<std::ptrdiff_t>(matrix.columns));
      }
    }
    matrix.columns *= times;
    matrix.values = std::move(wide);
  }
  shape_.hidden *= times;
  return *this;
}

ToyModel& ToyModel::unitsSorted() {
  for (const Place& place : mlps_) {
    const Matrix& gate = at(kGate, place);
    std::vector<double> length(gate.rows);
    for (std::size_t i = 0; i < gate.values.size(); ++i) {
      length[i / gate.columns] += double{gate.values[i]} * gate.values[i];
    }
    std::vector<std::uint32_t> order(gate.rows);
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](auto x, auto y) { return length[x] > length[y]; });
    for (const std::string_view role : {kGate, kUp}) reorderRows(at(role, place), order);
  }
  return *this;
}

ToyModel& ToyModel::relayered(const std::vector<std::int64_t>& layers) {
  std::map<std::pair<std::string, Place>, Matrix> tensors;
  for (const auto& [key, matrix] : tensors_) {
    if (key.second.layer < 0) tensors[key] = matrix;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      if (key.second.layer != layers[l]) continue;
      Place place = key.second;
      place.layer = static_cast<std::int64_t>(l);
      tensors[{key.first, place}] = matrix;
    }
  }
  tensors_ = std::move(tensors);
  shape_.layers = layers.size();
  listMlps();
  return *this;
}

ToyModel& ToyModel::quantised(std::string asymmetry) {
  asymmetry_ = std::move(asymmetry);
  return *this;
}

void ToyModel::drop(std::string_view role) {
  std::erase_if(tensors_, [&](const auto& entry) { return entry.first.first == role; });
  listMlps();
}

}  // namespace kindred::test
