#include "models/adapter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <kindred/error.hpp>

#include "models/adapter_config.hpp"
#include "words/names.hpp"

namespace kindred::models {
namespace {

using words::escaped;

enum class Factor { a, b, embedding_a, embedding_b, magnitude };

// What a tensor's name says: a factor of a module, of an adapter of some name.
struct FactorName {
  std::string_view module;
  Factor factor;
  std::string_view adapter;  // "default"; empty: not said
};

constexpr std::array<std::pair<std::string_view, Factor>, 5> kFactors{
    {{"lora_A", Factor::a},
     {"lora_B", Factor::b},
     {"lora_embedding_A", Factor::embedding_a},
     {"lora_embedding_B", Factor::embedding_b},
     {"lora_magnitude_vector", Factor::magnitude}}};

// Parts of names that other methods, tools and formats give to what is no whole tensor either.
constexpr std::array<std::string_view, 22> kOthers{
    ".lora_", ".hada_",      ".lokr_",         ".ia3_",         ".oft_",      ".boft_",
    ".vera_", ".vblora_",    ".hra_",          ".fourierft_",   ".randlora_", ".shira_",
    ".c3a_",  ".road_",      ".bone_",         ".miss_",        ".adaption_", "prompt_embeddings",
    ".lora.", ".lora_down.", ".token_adapter", "internal_xlora"};

constexpr std::uint64_t kMostRank = 16'384;  // a matrix of more is hardly of low rank
constexpr std::string_view kPrefix = "base_model.model.";

std::string_view withoutPrefix(std::string_view name) {
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  return name;
}

std::optional<FactorName> factorOf(std::string_view name) {
  const std::size_t at = name.rfind(".lora_");
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t end = std::min(name.find('.', at + 1), name.size());
  const std::string_view word = name.substr(at + 1, end - at - 1);
  const auto known = std::find_if(kFactors.begin(), kFactors.end(),
                                  [&](const auto& entry) { return entry.first == word; });
  if (known == kFactors.end()) return std::nullopt;
  const bool linear = known->second == Factor::a || known->second == Factor::b;
  std::string_view rest = name.substr(end);  // ".weight", ".default.weight", ".default", ""
  if (rest.ends_with(".weight")) {
    rest.remove_suffix(7);
  } else if (linear) {
    return std::nullopt;
  }
  if (!rest.empty()) rest.remove_prefix(1);
  if (rest.find('.') != std::string_view::npos) return std::nullopt;
  return FactorName{withoutPrefix(name.substr(0, at)), known->second, rest};
}

bool isOther(std::string_view name) {
  return std::any_of(kOthers.begin(), kOthers.end(),
                     [&](auto word) { return name.find(word) != std::string_view::npos; }) ||
         name.ends_with(".lora_a") || name.ends_with(".lora_b");
}

// Who calls LoRA's factors so; empty: nobody who is known.
std::string_view toolOf(std::string_view name) {
  if (name.find(".lora_down.") != std::string_view::npos ||
      name.find(".lora_up.") != std::string_view::npos) {
    return "kohya's tools";
  }
  if (name.ends_with(".lora_a") || name.ends_with(".lora_b")) return "llama.cpp or mlx-lm";
  return name.find(".lora.") != std::string_view::npos ? "diffusers" : "";
}

// The model's name of a tensor that is saved whole.
std::string wholeName(std::string_view name) {
  std::string plain(withoutPrefix(name));
  for (const std::string_view inner :
       {".modules_to_save.default", ".modules_to_save", ".base_layer"}) {
    const std::size_t at = plain.find(inner);
    if (at != std::string::npos) plain.erase(at, inner.size());
  }
  return plain;
}

std::string methodText(const AdapterConfig& config) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kNames{
      {{"ADALORA", "AdaLoRA"},
       {"LOHA", "LoHa"},
       {"LOKR", "LoKr"},
       {"IA3", "(IA)3"},
       {"VERA", "VeRA"},
       {"FOURIERFT", "FourierFT"},
       {"PROMPT_TUNING", "prompt tuning"},
       {"MULTITASK_PROMPT_TUNING", "prompt tuning for several tasks"},
       {"PREFIX_TUNING", "prefix tuning"},
       {"P_TUNING", "p-tuning"},
       {"ADAPTION_PROMPT", "adaption prompts"},
       {"LN_TUNING", "norm tuning"},
       {"TRAINABLE_TOKENS", "trainable tokens"}}};
  if (config.method == "LORA" || config.method.empty()) {
    if (config.decomposed) return config.root_scale ? "DoRA with the scale of rsLoRA" : "DoRA";
    return config.root_scale ? "rsLoRA" : "LoRA";
  }
  for (const auto& [method, text] : kNames) {
    if (config.method == method) return std::string(text);
  }
  return escaped(config.method, 60);
}

class AdapterReader {
 public:
  AdapterReader(const std::vector<Tensor>& tensors, const AdapterTexts& texts)
      : tensors_(tensors), texts_(texts) {
    if (!texts.config_place.empty()) {
      config_ = readAdapterConfig(texts.config, texts.config_place);
    }
  }

  Adapter run() {
    adapter_.place = texts_.weights_place;
    adapter_.method = methodText(config_);
    adapter_.base = config_.base;
    adapter_.base_revision = config_.base_revision;
    adapter_.targets = config_.targets;
    adapter_.inputs_first = config_.inputs_first;
    adapter_.start = config_.start;
    adapter_.stated = !texts_.config_place.empty();
    for (const Tensor& tensor : tensors_) take(tensor);
    for (auto& [name, factors] : modules_) add(name, factors);
    if (texts_.config_place.empty() && adapter_.modules.empty()) {
      const std::string_view tool = toolOf(other_);
      adapter_.method = tool.empty() ? "a method that is not known"
                                     : fmt::format("LoRA in the names of {}", tool);
    }
    adapter_.alphas.assign(alphas_.begin(), alphas_.end());
    adapter_.not_applied = whyNotApplied();
    return std::move(adapter_);
  }

 private:
  using Factors = std::map<Factor, const Tensor*>;
  struct ByNaturalOrder {
    bool operator()(const std::string& x, const std::string& y) const {
      return words::naturalLess(x, y);
    }
  };

  Error error(const std::string& what, const std::string& remedy) const {
    return inputError(texts_.weights_place, what, remedy);
  }

  void take(const Tensor& tensor) {
    const auto factor = factorOf(tensor.name);
    if (!factor) {
      if (isOther(tensor.name)) {
        if (other_.empty()) other_ = tensor.name;
      } else {
        adapter_.whole.push_back({tensor.name, wholeName(tensor.name)});
      }
      return;
    }
    if (!adapter_name_) adapter_name_ = factor->adapter;
    const auto [_, fresh] = modules_[std::string(factor->module)].emplace(factor->factor, &tensor);
    if (fresh && *adapter_name_ == factor->adapter) return;
    throw error(fmt::format("it holds several adapters: '{}' is one more for its module",
                            escaped(tensor.name)),
                "save one of them by itself");
  }

  void add(const std::string& name, const Factors& factors) {
    const auto of = [&](Factor factor) -> const Tensor* {
      const auto found = factors.find(factor);
      return found == factors.end() ? nullptr : found->second;
    };
    const bool embedding = of(Factor::embedding_a) != nullptr || of(Factor::embedding_b) != nullptr;
    const Tensor* a = of(embedding ? Factor::embedding_a : Factor::a);
    const Tensor* b = of(embedding ? Factor::embedding_b : Factor::b);
    if (a == nullptr || b == nullptr) {
      throw error(fmt::format("module '{}' has no {}", escaped(name),
                              a == nullptr ? (embedding ? "lora_embedding_A" : "lora_A")
                                           : (embedding ? "lora_embedding_B" : "lora_B")),
                  "the file is incomplete: fetch it again");
    }
    if (a->shape.size() != 2 || b->shape.size() != 2) {
      if (not_matrices_.empty()) not_matrices_ = a->shape.size() != 2 ? a->name : b->name;
      return;
    }
    AdaptedModule module{name,      a->name,     b->name,     {},
                         embedding, a->shape[0], a->shape[1], b->shape[0]};
    checkShapes(module, *a, *b);
    if (const Tensor* magnitude = of(Factor::magnitude)) {
      module.magnitude = magnitude->name;
      checkMagnitude(module, *magnitude);
    }
    module.scale = scaleOf(module);
    adapter_.modules.push_back(std::move(module));
  }

  void checkShapes(const AdaptedModule& module, const Tensor& a, const Tensor& b) const {
    if (module.rank == 0 || module.inputs == 0 || module.outputs == 0 ||
        b.shape[1] != module.rank) {
      throw error(fmt::format("'{}' is [{}] and '{}' is [{}]: no rank fits both", escaped(a.name),
                              fmt::join(a.shape, ", "), escaped(b.name), fmt::join(b.shape, ", ")),
                  "the file is damaged: fetch it again");
    }
    const std::optional<double> common =
        config_.rank ? std::optional(static_cast<double>(*config_.rank)) : std::nullopt;
    const auto stated = statedFor(module.name, config_.ranks, common);
    if (!stated || *stated == static_cast<double>(module.rank) || !isLora()) return;
    throw error(fmt::format("'{}' has rank {}, and adapter_config.json states {}", escaped(a.name),
                            module.rank, *stated),
                "weights and configuration are of different adapters: fetch both again");
  }

  void checkMagnitude(const AdaptedModule& module, const Tensor& magnitude) const {
    if (magnitude.elements == module.outputs) return;
    throw error(fmt::format("'{}' has {} elements for a module of {} outputs",
                            escaped(magnitude.name), magnitude.elements, module.outputs),
                "the file is damaged: fetch it again");
  }

  double scaleOf(const AdaptedModule& module) {
    const auto alpha = statedFor(module.name, config_.alphas, config_.alpha);
    if (!alpha) {
      if (without_scale_.empty()) without_scale_ = module.name;
      return 1;
    }
    alphas_.insert(*alpha);
    const auto rank = static_cast<double>(module.rank);
    return *alpha / (config_.root_scale ? std::sqrt(rank) : rank);
  }

  bool isLora() const { return config_.method == "LORA" || config_.method.empty(); }

  std::string whyNotApplied() const {
    if (!isLora())
      return fmt::format("its method is {}, and LoRA's alone is applied", adapter_.method);
    if (!other_.empty()) {
      const std::string_view tool = toolOf(other_);
      return tool.empty()
                 ? fmt::format("'{}' is no factor as PEFT names LoRA's", escaped(other_))
                 : fmt::format(
                       "'{}' is named as {} name{} LoRA's factors, and PEFT's names alone are "
                       "read",
                       escaped(other_), tool, tool.ends_with("tools") ? "" : "s");
    }
    if (!not_matrices_.empty()) {
      return fmt::format("'{}' is no matrix: factors of convolutions are not applied",
                         escaped(not_matrices_));
    }
    if (adapter_.modules.empty() && adapter_.whole.empty()) return "it holds nothing to apply";
    for (const AdaptedModule& module : adapter_.modules) {
      if (module.rank > kMostRank)
        return fmt::format("'{}' has rank {}", escaped(module.a), module.rank);
    }
    if (texts_.config_place.empty()) {
      return "adapter_config.json is not beside it, which states its scale";
    }
    if (!config_.unfollowed.empty()) {
      return fmt::format("adapter_config.json sets '{}', which is not followed",
                         config_.unfollowed.front());
    }
    if (!without_scale_.empty()) {
      return fmt::format(
          "adapter_config.json does not say in plain words which lora_alpha '{}' has",
          escaped(without_scale_));
    }
    return whyNotByStart();
  }

  // Some ways to begin take something out of the base, which is then no longer what is published.
  std::string whyNotByStart() const {
    constexpr std::array<std::string_view, 4> kLeaveTheBase{"", "gaussian", "eva", "orthogonal"};
    const bool leaves =
        std::find(kLeaveTheBase.begin(), kLeaveTheBase.end(), config_.start) != kLeaveTheBase.end();
    if (!leaves) {
      return fmt::format(
          "init_lora_weights is '{}': such an adapter is trained on a base from which its start "
          "was "
          "taken out",
          escaped(config_.start, 60));
    }
    const bool all_magnitudes =
        std::all_of(adapter_.modules.begin(), adapter_.modules.end(),
                    [](const AdaptedModule& module) { return !module.magnitude.empty(); });
    if (config_.decomposed && !all_magnitudes) return "it is DoRA, and magnitudes are missing";
    const bool turned = std::any_of(
        adapter_.modules.begin(), adapter_.modules.end(), [&](const AdaptedModule& module) {
          return !module.magnitude.empty() && (module.embedding || config_.inputs_first);
        });
    return turned
               ? "magnitudes (DoRA) of matrices that are stored [inputs, outputs] are not applied"
               : "";
  }

  const std::vector<Tensor>& tensors_;
  const AdapterTexts& texts_;
  AdapterConfig config_;
  Adapter adapter_;
  std::map<std::string, Factors, ByNaturalOrder> modules_;
  std::optional<std::string_view> adapter_name_;
  std::set<double> alphas_;
  // The first of each: tensors of other methods and of convolutions, a module without a scale.
  std::string other_, not_matrices_, without_scale_;
};

std::optional<std::uint64_t> numberIn(const std::string& name) {
  for (std::size_t at = name.find('.'); at != std::string::npos; at = name.find('.', at + 1)) {
    std::uint64_t number = 0;
    const char* const end = name.data() + name.size();
    const auto [stop, reason] = std::from_chars(name.data() + at + 1, end, number);
    if (reason == std::errc() && stop != end && *stop == '.') return number;
  }
  return std::nullopt;
}

}  // namespace

// What a whole model is saved as while PEFT wraps it: its own matrices stand beside the factors.
constexpr std::string_view kBaseLayer = ".base_layer.weight";

bool isAdapter(const std::vector<Tensor>& tensors, bool named) {
  std::size_t factors = 0;
  for (const Tensor& tensor : tensors) {
    if (tensor.name.ends_with(kBaseLayer)) return false;
    if (factorOf(tensor.name) || isOther(tensor.name)) ++factors;
  }
  return factors > 0 && (named || 2 * factors >= tensors.size());
}

Adapter readAdapter(const std::vector<Tensor>& tensors, const AdapterTexts& texts) {
  return AdapterReader(tensors, texts).run();
}

bool beganAtRandom(const Adapter& adapter) {
  return adapter.start.empty() || adapter.start == "gaussian" || adapter.start == "orthogonal";
}

std::string ranksOf(const Adapter& adapter) {
  if (adapter.modules.empty()) return {};
  const auto [least, most] =
      std::minmax_element(adapter.modules.begin(), adapter.modules.end(),
                          [](const auto& x, const auto& y) { return x.rank < y.rank; });
  return least->rank == most->rank ? std::to_string(most->rank)
                                   : fmt::format("{} to {}", least->rank, most->rank);
}

std::string describe(const Adapter& adapter) {
  std::string text = adapter.method;
  if (!adapter.modules.empty()) text += " of rank " + ranksOf(adapter);
  if (!adapter.base.empty()) text += fmt::format(", for '{}'", escaped(adapter.base, 120));
  return text;
}

std::vector<std::uint64_t> layersOf(const Adapter& adapter) {
  std::set<std::uint64_t> layers;
  for (const AdaptedModule& module : adapter.modules) {
    if (const auto layer = numberIn(module.name)) layers.insert(*layer);
  }
  return {layers.begin(), layers.end()};
}

}  // namespace kindred::models
