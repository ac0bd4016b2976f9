#include "checkpoint/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <optional>

#include "checkpoint/json_walk.hpp"
#include "checkpoint/names.hpp"

namespace kindred::checkpoint {
namespace {

// Products of two dimensions then stay far below 2^64.
constexpr std::uint64_t kMost = 2'147'483'647;

std::string_view trimmed(std::string_view token) {
  return token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
}

class ConfigReader {
 public:
  ConfigReader(ModelConfig& config, const JsonPlace& place) : config_(config), place_(place) {}

  // Values that nobody asks for are not walked: published configs hold words such as Infinity,
  // which are no JSON.
  void read(json::object& object, bool top) {
    for (json::field field : object) {
      const std::string key(std::string_view(field.unescaped_key()));
      json::value value = field.value();
      const std::string_view token = trimmed(value.raw_json_token());
      if (token.starts_with('{')) {
        readInner(key, value, top);
      } else if (token.starts_with('[')) {
        if (key == "architectures" && top) readClasses(value);
      } else if (key == "model_type" && token.starts_with('"')) {
        const std::string type(std::string_view(value.get_string()));
        config_.model_types.insert(top ? config_.model_types.begin() : config_.model_types.end(),
                                   type);
      } else if (token != "null") {
        if (top) {
          config_.values.try_emplace(key, token);
        } else {
          config_.values.insert_or_assign(key, token);
        }
      }
    }
  }

 private:
  void readInner(const std::string& key, json::value value, bool top) {
    // How composites name the part that is the language model; an outer one may hold an inner one.
    const bool language = key == "text_config" || key == "llm_config" || key == "language_config" ||
                          key == "thinker_config";
    if (language && (top || key == "text_config") && depth_ < 2) {
      ++depth_;
      json::object inner = value.get_object();
      read(inner, false);
      --depth_;
    } else if (key == "rope_parameters") {
      for (json::field field : value.get_object()) {
        const std::string inner(std::string_view(field.unescaped_key()));
        const std::string_view token = trimmed(json::value(field.value()).raw_json_token());
        if (inner == "partial_rotary_factor") config_.values.insert_or_assign(inner, token);
      }
    }
  }

  void readClasses(json::value value) {
    for (json::value item : value.get_array()) {
      if (config_.classes.size() == 16) break;
      config_.classes.emplace_back(textOf(item, place_, {{}, "architectures"}));
    }
  }

  ModelConfig& config_;
  const JsonPlace& place_;
  int depth_ = 0;
};

// How config.json files spell a dimension; the first that is there counts.
struct Spelling {
  std::uint64_t Dimensions::*value;
  std::string_view name;
  std::array<const char*, 4> keys;
};

constexpr std::array kSpellings{
    Spelling{&Dimensions::hidden, "hidden", {"hidden_size", "n_embd", "d_model"}},
    Spelling{&Dimensions::layers, "layers", {"num_hidden_layers", "n_layer", "num_layers"}},
    Spelling{&Dimensions::heads, "heads", {"num_attention_heads", "n_head"}},
    Spelling{&Dimensions::kv_heads, "kv_heads", {"num_key_value_heads"}},
    Spelling{&Dimensions::head_dim, "head_dim", {"head_dim"}},
    Spelling{&Dimensions::rotary_dim, "rotary_dim", {}},
    Spelling{&Dimensions::intermediate, "intermediate", {"intermediate_size"}},
    Spelling{
        &Dimensions::experts, "experts", {"n_routed_experts", "num_experts", "num_local_experts"}},
    Spelling{&Dimensions::experts_per_token,
             "experts_per_token",
             {"num_experts_per_tok", "num_experts_per_token"}},
    Spelling{&Dimensions::expert_intermediate, "expert_intermediate", {"moe_intermediate_size"}},
    Spelling{
        &Dimensions::shared_experts, "shared_experts", {"n_shared_experts", "num_shared_experts"}},
    Spelling{&Dimensions::vocabulary, "vocabulary", {"vocab_size"}},
    Spelling{&Dimensions::first_dense, "first_dense", {"first_k_dense_replace"}},
    Spelling{&Dimensions::q_rank, "q_rank", {"q_lora_rank"}},
    Spelling{&Dimensions::kv_rank, "kv_rank", {"kv_lora_rank"}},
    Spelling{&Dimensions::rope_dim, "rope_dim", {"qk_rope_head_dim"}},
    Spelling{&Dimensions::nope_dim, "nope_dim", {"qk_nope_head_dim"}},
    Spelling{&Dimensions::value_dim, "value_dim", {"v_head_dim"}},
};

std::uint64_t wholeNumber(const ModelConfig& config, const std::string& key,
                          const std::string& token) {
  std::uint64_t number = 0;
  const char* last = token.data() + token.size();
  const auto [end, problem] = std::from_chars(token.data(), last, number);
  if (problem != std::errc{} || end != last || number > kMost) {
    throw inputError(
        config.place,
        fmt::format("'{}' is {}, not a whole number from 0 to {}", key, escaped(token, 40), kMost),
        "config.json is damaged; fetch it again");
  }
  return number;
}

std::uint64_t rotaryDimension(const ModelConfig& config, const Dimensions& dimensions) {
  if (dimensions.rope_dim > 0) return dimensions.rope_dim;
  const auto found = config.values.find("partial_rotary_factor");
  if (found == config.values.end()) return dimensions.head_dim;
  const std::string& token = found->second;
  double factor = 0;
  const char* last = token.data() + token.size();
  const auto [end, problem] = std::from_chars(token.data(), last, factor);
  if (problem != std::errc{} || end != last || !(factor >= 0 && factor <= 1)) {
    throw inputError(config.place,
                     fmt::format("'partial_rotary_factor' is {}, not a number from 0 "
                                 "to 1",
                                 escaped(token, 40)),
                     "config.json is damaged; fetch it again");
  }
  return static_cast<std::uint64_t>(factor * static_cast<double>(dimensions.head_dim));
}

}  // namespace

ModelConfig readConfig(const Checkpoint& checkpoint) {
  ModelConfig config;
  config.place = checkpoint.configPlace();
  if (checkpoint.config().empty() && config.place.empty()) return config;
  const JsonPlace place{config.place, "the file", "config.json is damaged; fetch it again"};
  json::parser parser;
  ConfigReader reader(config, place);
  readObject(parser, PaddedText(checkpoint.config()), place,
             [&](json::object& object) { reader.read(object, true); });
  return config;
}

std::span<const DimensionName> dimensionNames() {
  static const auto kNames = [] {
    std::array<DimensionName, kSpellings.size()> names{};
    std::transform(kSpellings.begin(), kSpellings.end(), names.begin(),
                   [](const Spelling& spelling) {
                     return DimensionName{spelling.name, spelling.value};
                   });
    return names;
  }();
  return kNames;
}

Dimensions dimensionsOf(const Checkpoint& checkpoint) {
  const ModelConfig config = readConfig(checkpoint);
  Dimensions dimensions;
  for (const Spelling& spelling : kSpellings) {
    for (const char* key : spelling.keys) {
      if (key == nullptr) break;
      const auto found = config.values.find(key);
      if (found == config.values.end()) continue;
      dimensions.*spelling.value = wholeNumber(config, key, found->second);
      break;
    }
  }
  Dimensions& d = dimensions;
  if (d.head_dim == 0 && d.heads > 0) d.head_dim = d.hidden / d.heads;
  if (d.kv_heads == 0) d.kv_heads = d.heads;
  if (d.experts > 0 && d.expert_intermediate == 0) d.expert_intermediate = d.intermediate;
  d.rotary_dim = rotaryDimension(config, d);
  return dimensions;
}

}  // namespace kindred::checkpoint
