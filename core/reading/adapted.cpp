#include "reading/adapted.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <kindred/error.hpp>

#include "codecs/low_rank.hpp"
#include "models/adapter.hpp"
#include "words/names.hpp"

namespace kindred::reading {
namespace {

using models::AdaptedModule;
using models::Checkpoint;
using models::Tensor;
using words::escaped;

// What stands before the layers of one model in one program or another.
constexpr std::array<std::string_view, 8> kPrefixes{"",
                                                    "model.",
                                                    "language_model.",
                                                    "model.language_model.",
                                                    "language_model.model.",
                                                    "transformer.",
                                                    "bert.",
                                                    "roberta."};

// Prefixes that are taken from the adapter's names and put before the base's instead.
struct Renaming {
  std::string_view from, to;

  std::optional<std::string> of(std::string_view name) const {
    if (!name.starts_with(from)) return std::nullopt;
    return std::string(to) + std::string(name.substr(from.size()));
  }
};

std::string shapeText(const std::vector<std::uint64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

bool isNumbers(const Tensor& tensor) {
  return tensor.numbers ||
         (tensor.encoding == models::Encoding::plain && info(tensor.dtype).bits % 8 == 0);
}

class Adapting {
 public:
  Adapting(Checkpoint base, Checkpoint adapter)
      : base_(std::make_shared<const Checkpoint>(std::move(base))),
        from_(std::make_shared<const Checkpoint>(std::move(adapter))) {}

  Checkpoint run() {
    check();
    begin();
    chooseRenaming();
    for (const models::WholeTensor& whole : from_->adapter()->whole) replace(whole);
    for (const AdaptedModule& module : from_->adapter()->modules) change(module);
    std::sort(parts_.tensors.begin(), parts_.tensors.end(),
              [](const Tensor& x, const Tensor& y) { return words::naturalLess(x.name, y.name); });
    say();
    return Checkpoint(std::move(parts_));
  }

 private:
  void check() const {
    if (base_->adapter() != nullptr) {
      throw inputError(base_->adapter()->place, "it is an adapter, and an adapter changes a model",
                       "name its base first and the adapter behind it");
    }
    if (from_->adapter() == nullptr) {
      throw inputError(
          fmt::format("model '{}'", escaped(base_->model())),
          "what is named as its adapter is a whole model",
          "name a folder or file with an adapter's factors, or compare the two models");
    }
    if (!from_->adapter()->not_applied.empty()) {
      throw inputError(from_->adapter()->place,
                       "the adapter can't be applied: " + from_->adapter()->not_applied,
                       "merge it into its base with the program that made it, and name the result");
    }
  }

  void begin() {
    parts_.model = base_->model();
    parts_.format = base_->format();
    parts_.tensors = base_->tensors();
    parts_.shards = base_->shards();
    for (models::Shard shard : from_->shards()) {
      shard.name = "adapter/" + shard.name;  // beside the base's, which may be called as it is
      parts_.shards.push_back(std::move(shard));
    }
    parts_.config = base_->config();
    parts_.config_place = base_->configPlace();
    parts_.tokens = base_->tokens();
    parts_.notes = base_->notes();
    parts_.agrees_with_index = base_->agreesWithIndex() && from_->agreesWithIndex();
    parts_.made_of = {base_, from_};
    for (std::size_t i = 0; i < parts_.tensors.size(); ++i) {
      places_.emplace(parts_.tensors[i].name, i);
    }
  }

  // The first under which the base holds every module.
  void chooseRenaming() {
    const auto& modules = from_->adapter()->modules;
    std::size_t most = 0;
    for (const std::string_view from : kPrefixes) {
      for (const std::string_view to : kPrefixes) {
        const Renaming renaming{from, to};
        const auto fits = static_cast<std::size_t>(
            std::count_if(modules.begin(), modules.end(), [&](const AdaptedModule& module) {
              const auto name = renaming.of(module.name + ".weight");
              return name && places_.contains(*name);
            }));
        if (fits <= most) continue;
        most = fits;
        renaming_ = renaming;
        if (fits == modules.size()) return;
      }
    }
  }

  std::string nameInBase(const std::string& name) const {
    const auto renamed = renaming_.of(name);
    return renamed && places_.contains(*renamed) ? *renamed : name;
  }

  Error misfit(const std::string& tensor, const std::string& what) const {
    const std::string& stated = from_->adapter()->base;
    return inputError(from_->adapter()->place,
                      fmt::format("'{}' {} '{}'", escaped(tensor), what, escaped(base_->model())),
                      stated.empty() ? "name the model that it was trained on as its base"
                                     : fmt::format("its base is '{}', by adapter_config.json",
                                                   escaped(stated, 120)));
  }

  // A head of its own, norms, a longer embedding.
  void replace(const models::WholeTensor& whole) {
    const Tensor& tensor = *from_->find(whole.tensor);
    Tensor made = tensor;
    made.name = nameInBase(whole.name);
    made.shard += base_->shards().size();
    const auto place = places_.find(made.name);
    if (place == places_.end()) {
      added_.push_back(made.name);
      originals_[made.name] = {from_.get(), &tensor};
      parts_.tensors.push_back(std::move(made));
      places_.emplace(parts_.tensors.back().name, parts_.tensors.size() - 1);
      return;
    }
    Tensor& old = parts_.tensors[place->second];
    const auto inner = [](const std::vector<std::uint64_t>& shape) {
      return std::vector<std::uint64_t>(shape.begin() + (shape.empty() ? 0 : 1), shape.end());
    };
    if (old.shape.size() != made.shape.size() || inner(old.shape) != inner(made.shape)) {
      throw misfit(tensor.name, fmt::format("is {}, and it stands for {} of", shapeText(made.shape),
                                            shapeText(old.shape)));
    }
    originals_[made.name] = {from_.get(), &tensor};
    old = std::move(made);
    ++replaced_;
  }

  void change(const AdaptedModule& module) {
    const std::string name = nameInBase(module.name + ".weight");
    const auto place = places_.find(name);
    if (place == places_.end()) {
      throw misfit(module.a, fmt::format("changes '{}', which is not in", escaped(name)));
    }
    Tensor& tensor = parts_.tensors[place->second];
    const auto own = originals_.find(name);
    const Checkpoint& holder = own == originals_.end() ? *base_ : *own->second.first;
    const Tensor& original = own == originals_.end() ? *base_->find(name) : *own->second.second;
    codecs::LowRankChange sum{models::whole(holder, original),
                              factor(module.a),
                              factor(module.b),
                              module.scale,
                              turned(module, original),
                              {}};
    if (!module.magnitude.empty()) sum.magnitudes = factor(module.magnitude);
    give(tensor, original, module, std::move(sum));
  }

  models::View factor(const std::string& name) const {
    const Tensor& tensor = *from_->find(name);
    if (isNumbers(tensor)) return models::whole(*from_, tensor);
    throw inputError(
        from_->adapter()->place,
        fmt::format("'{}' is {}", escaped(name), models::whyNot(tensor.encoding, tensor.dtype)),
        "save the adapter as floats");
  }

  // Whether the model stores it [inputs, outputs].
  bool turned(const AdaptedModule& module, const Tensor& tensor) const {
    const std::vector<std::uint64_t> straight{module.outputs, module.inputs};
    const std::vector<std::uint64_t> across{module.inputs, module.outputs};
    const bool stated = module.embedding || from_->adapter()->inputs_first;
    if (tensor.shape != straight && !(stated && tensor.shape == across)) {
      throw misfit(module.a,
                   fmt::format("belongs to a change of {}, which does not fit '{}' of {} in",
                               shapeText(stated ? across : straight), escaped(tensor.name),
                               shapeText(tensor.shape)));
    }
    if (!isNumbers(tensor)) {
      throw misfit(module.a, fmt::format("changes '{}', {}, of", escaped(tensor.name),
                                         models::whyNot(tensor.encoding, tensor.dtype)));
    }
    return stated && tensor.shape == across;
  }

  void give(Tensor& tensor, const Tensor& original, const AdaptedModule& module,
            codecs::LowRankChange sum) {
    const std::string stored =
        original.numbers ? original.numbers->codec : std::string(kindred::name(original.dtype));
    auto numbers = std::make_shared<models::Numbers>();
    numbers->codec =
        fmt::format("{} with {} of rank {}", stored, from_->adapter()->method, module.rank);
    numbers->symmetric = !original.numbers || original.numbers->symmetric;
    numbers->stored_name = original.numbers ? original.numbers->stored_name : original.name;
    numbers->stored_shape = tensor.shape;
    numbers->stored_elements = tensor.elements;
    numbers->changed = true;
    auto file = std::make_shared<codecs::LowRankFile>(std::move(sum));
    numbers->shard = {parts_.shards[tensor.shard].name, file, 0, file.get()};
    tensor.numbers = std::move(numbers);
    ++changed_;
  }

  void say() {
    std::string text = fmt::format("an adapter is applied ({}): {} of {} tensors change",
                                   models::describe(*from_->adapter()), changed_ + replaced_,
                                   base_->tensors().size());
    if (replaced_ > 0) text += fmt::format(", {} of them as a whole", replaced_);
    if (!added_.empty()) {
      text += fmt::format("; it adds {}{}", escaped(added_.front()),
                          added_.size() == 1 ? "" : fmt::format(" and {} more", added_.size() - 1));
    }
    if (renaming_.from != renaming_.to) {
      text += fmt::format("; its '{}' is the base's '{}'", renaming_.from, renaming_.to);
    }
    parts_.notes.push_back(std::move(text));
    for (const std::string& note : from_->notes())
      parts_.notes.push_back("of the adapter: " + note);
  }

  std::shared_ptr<const Checkpoint> base_, from_;
  models::CheckpointParts parts_;
  std::map<std::string, std::size_t, std::less<>> places_;  // of tensors, by name
  // Where the adapter holds a tensor whole: whose it is.
  std::map<std::string, std::pair<const Checkpoint*, const Tensor*>> originals_;
  Renaming renaming_;
  std::size_t changed_ = 0, replaced_ = 0;
  std::vector<std::string> added_;
};

}  // namespace

Checkpoint adapted(Checkpoint base, Checkpoint adapter) {
  return Adapting(std::move(base), std::move(adapter)).run();
}

}  // namespace kindred::reading
