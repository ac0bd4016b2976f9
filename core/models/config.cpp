#include "models/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <set>

#include "models/config_remedy.hpp"
#include "words/json_walk.hpp"
#include "words/names.hpp"

namespace kindred::models {
namespace {

namespace json = words::json;
using words::JsonPlace;
using words::PaddedText;

// Products of two dimensions then stay far below 2^64.
constexpr std::uint64_t kMost = 2'147'483'647;
// Layers that a list may have entries for.
constexpr std::size_t kMostListed = 10'000;
// Of each layer, in families that were searched for.
constexpr const char* kQueriesOfKey = "n_heads_in_group";
// Of each layer, the part of its heads that turns.
constexpr const char* kTurningOfLayers = "partial_rotary_factors";

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
      } else if (isLanguageModel(key) && token != "null") {
        config_.notes.push_back(
            fmt::format("'{}' of config.json is {} where a part of the model is described: it is "
                        "read as if it were not there",
                        key, token.starts_with('[') ? "a list" : words::escaped(token, 40)));
      } else if (token.starts_with('[')) {
        if (key == "architectures" && top) readClasses(value);
        if (isOfLayers(key)) readList(key, value, top);
        if (key == "block_configs" && top) readBlocks(value);
      } else if (key == "model_type" && token.starts_with('"')) {
        const std::string type(std::string_view(value.get_string()));
        config_.model_types.insert(top ? config_.model_types.begin() : config_.model_types.end(),
                                   type);
      } else if (key == "_class_name" && top && token.starts_with('"')) {
        config_.classes.emplace_back(std::string_view(value.get_string()));  // of diffusers
      } else if (key == "architecture" && top && token.starts_with('"')) {
        addTimmFamily(std::string_view(value.get_string()));
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
  // How composites name the part that is the language model; an outer one may hold an inner one.
  static bool isLanguageModel(std::string_view key) {
    return key == "text_config" || key == "llm_config" || key == "language_config" ||
           key == "thinker_config" || key == "language_model_config";
  }

  // timm names what it makes by family, size and training: "resnet50.a1_in1k".
  void addTimmFamily(std::string_view name) {
    const auto end =
        std::find_if_not(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    if (end != name.begin()) config_.model_types.emplace_back(name.begin(), end);
  }

  void readInner(const std::string& key, json::value value, bool top) {
    if (isLanguageModel(key) && (top || key == "text_config") && depth_ < 2) {
      ++depth_;
      json::object inner = value.get_object();
      read(inner, false);
      --depth_;
    } else if (key == "attn_config" || key == "ffn_config" || key == "moe") {
      readPart(value);
    } else if (key == "attention_other_setting") {
      readWindow(value);
    } else if (key == "ssm_cfg" && top) {
      readStateSpace(value);
    } else if (key == "rope_parameters" || key == "rope_scaling") {
      std::vector<ModelConfig::Rotation> rotations;
      readRotary(value, rotations, "");
      if (!rotations.empty() && (key == "rope_parameters" || config_.rotations.empty())) {
        config_.rotations = std::move(rotations);
      }
    }
  }

  // Dimensions of one part of a block, where a family states them apart.
  void readPart(json::value value) {
    for (json::field field : value.get_object()) {
      const std::string key(std::string_view(field.unescaped_key()));
      const std::string token(trimmed(json::value(field.value()).raw_json_token()));
      if (!token.starts_with('{') && !token.starts_with('[') && key != "model_type") {
        config_.values.try_emplace(key, token);
      }
    }
  }

  // Mamba's own config names no type, but the kind of its layers where that is not the first one.
  void readStateSpace(json::value value) {
    std::string kind = "mamba";
    for (json::field field : value.get_object()) {
      const bool layer = std::string_view(field.unescaped_key()) == "layer";
      if (trimmed(json::value(field.value()).raw_json_token()) == "\"Mamba2\"" && layer) {
        kind = "mamba2";
      }
    }
    config_.model_types.push_back(std::move(kind));
  }

  // Heads of layers that see a window, where a family states them apart.
  void readWindow(json::value value) {
    for (json::field field : value.get_object()) {
      const std::string key(std::string_view(field.unescaped_key()));
      const std::string token(trimmed(json::value(field.value()).raw_json_token()));
      for (const auto& [stated, common] :
           {std::pair{"num_attention_heads", "swa_num_attention_heads"},
            std::pair{"num_attention_groups", "swa_num_key_value_heads"},
            std::pair{"head_dim", "swa_head_dim"}}) {
        if (key == stated) config_.values.try_emplace(common, token);
      }
    }
  }

  // One description of the rotation, or one for each kind of layer.
  void readRotary(json::value value, std::vector<ModelConfig::Rotation>& rotations,
                  const std::string& layers) {
    std::string part;
    bool own = false, whole = false;  // states anything itself; turns the whole head
    for (json::field field : value.get_object()) {
      const std::string key(std::string_view(field.unescaped_key()));
      json::value inner = field.value();
      const std::string token(trimmed(inner.raw_json_token()));
      if (token.starts_with('{') && layers.empty()) {
        readRotary(inner, rotations, key);
        continue;
      }
      own = true;
      if (key == "partial_rotary_factor") part = token;
      // Pairs lie half a head apart; those beyond the part stand still.
      if (key == "rope_type") whole = token == "\"proportional\"";
    }
    if (own) rotations.push_back({layers, whole ? "1" : part});
  }

  // What may differ from layer to layer.
  static bool isOfLayers(std::string_view key) {
    return key == "layer_types" || key == "hybrid_layer_pattern" || key == "num_attention_heads" ||
           key == "num_query_heads" || key == "num_key_value_heads" || key == "num_kv_heads" ||
           key == kTurningOfLayers;
  }

  void readList(const std::string& key, json::value value, bool top) {
    std::vector<std::string> list;
    for (json::value item : value.get_array()) {
      if (list.size() == kMostListed) return;
      list.emplace_back(trimmed(item.raw_json_token()));
      if (list.back().starts_with('{') || list.back().starts_with('[')) return;
    }
    if (top) {
      config_.lists.try_emplace(key, std::move(list));
    } else {
      config_.lists.insert_or_assign(key, std::move(list));
    }
  }

  static bool isObject(json::value& value) {
    return trimmed(value.raw_json_token()).starts_with('{');
  }

  // What a search over architectures left of each layer: how many queries share a key.
  void readBlocks(json::value value) {
    std::vector<std::string> shared;
    for (json::value block : value.get_array()) {
      if (shared.size() == kMostListed || !isObject(block)) return;
      shared.emplace_back("null");
      for (json::field part : block.get_object()) {
        const bool attention = std::string_view(part.unescaped_key()) == "attention";
        json::value inside = part.value();
        if (!attention || !isObject(inside)) continue;
        for (json::field field : inside.get_object()) {
          const bool heads = std::string_view(field.unescaped_key()) == kQueriesOfKey;
          const std::string_view token = trimmed(json::value(field.value()).raw_json_token());
          if (heads && !token.starts_with('{') && !token.starts_with('[')) shared.back() = token;
        }
      }
    }
    config_.lists.try_emplace(kQueriesOfKey, std::move(shared));
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
  std::array<const char*, 9> keys;
};

constexpr std::array kSpellings{
    Spelling{&Dimensions::hidden,
             "hidden",
             {"embed_dim", "hidden_size", "n_embd", "d_model", "dim", "n_embed", "model_dim"}},
    Spelling{&Dimensions::layers,
             "layers",
             {"num_hidden_layers", "n_layer", "num_layers", "n_layers", "num_decoder_layers",
              "decoder_layers", "encoder_layers", "depth", "num_transformer_layers"}},
    Spelling{&Dimensions::heads,
             "heads",
             {"num_attention_heads", "n_head", "num_heads", "n_heads", "decoder_attention_heads",
              "encoder_attention_heads", "attention_heads"}},
    Spelling{&Dimensions::kv_heads,
             "kv_heads",
             {"num_key_value_heads", "num_kv_heads", "n_head_kv", "n_kv_heads",
              "multi_query_group_num", "kv_n_heads", "num_attention_groups"}},
    Spelling{&Dimensions::head_dim,
             "head_dim",
             {"head_dim", "kv_channels", "d_kv", "attention_head_dim"}},
    Spelling{&Dimensions::rotary_dim, "rotary_dim", {"rotary_dim"}},
    Spelling{&Dimensions::group, "group", {}},
    Spelling{&Dimensions::intermediate,
             "intermediate",
             {"intermediate_size", "ffn_dim", "d_ff", "n_inner", "ffn_hidden_size",
              "decoder_ffn_dim", "encoder_ffn_dim", "inner_dim", "hidden_dim"}},
    Spelling{&Dimensions::experts,
             "experts",
             {"n_routed_experts", "num_experts", "num_local_experts", "moe_num_experts",
              "n_experts", "num_routed_experts"}},
    Spelling{&Dimensions::expert_groups,
             "expert_groups",
             {"n_group", "num_expert_group", "num_expert_groups"}},
    Spelling{
        &Dimensions::experts_per_token,
        "experts_per_token",
        {"num_experts_per_tok", "num_experts_per_token", "top_k_experts", "moe_topk", "moe_top_k"}},
    Spelling{&Dimensions::expert_intermediate,
             "expert_intermediate",
             {"moe_intermediate_size", "expert_ffn_hidden_size", "expert_hidden_dim"}},
    Spelling{
        &Dimensions::shared_experts, "shared_experts", {"n_shared_experts", "num_shared_experts"}},
    Spelling{&Dimensions::vocabulary, "vocabulary", {"vocab_size", "padded_vocab_size"}},
    Spelling{
        &Dimensions::first_dense, "first_dense", {"first_k_dense_replace", "num_dense_layers"}},
    Spelling{&Dimensions::q_rank, "q_rank", {"q_lora_rank", "attention_q_lora_dim"}},
    Spelling{&Dimensions::kv_rank, "kv_rank", {"kv_lora_rank", "attention_kv_lora_dim"}},
    Spelling{&Dimensions::rope_dim, "rope_dim", {"qk_rope_head_dim", "attention_qk_rope_dim"}},
    Spelling{&Dimensions::nope_dim, "nope_dim", {"qk_nope_head_dim", "attention_qk_dim"}},
    Spelling{&Dimensions::value_dim, "value_dim", {"v_head_dim", "attention_v_dim"}},
};

std::uint64_t wholeNumber(const ModelConfig& config, const std::string& key,
                          const std::string& token) {
  std::uint64_t number = 0;
  const char* last = token.data() + token.size();
  const auto [end, problem] = std::from_chars(token.data(), last, number);
  if (problem != std::errc{} || end != last || number > kMost) {
    throw inputError(config.place,
                     fmt::format("{}'{}' is {}, not a whole number from 0 to {}",
                                 isConfigFile(config.place) ? "" : "what it states as ", key,
                                 words::escaped(token, 40), kMost),
                     configRemedy(config.place));
  }
  return number;
}

bool isTrue(const ModelConfig& config, const std::string& key) {
  const auto found = config.values.find(key);
  return found != config.values.end() && found->second == "true";
}

// Queries that share one key-value head whatever number of those is stated; or do not at all.
std::uint64_t keyHeads(const ModelConfig& config, const Dimensions& dimensions) {
  const auto several = config.values.find("multi_query_attention");
  if (several != config.values.end() && several->second == "false") return dimensions.heads;
  if (isTrue(config, "multi_query") && !isTrue(config, "new_decoder_architecture")) return 1;
  return dimensions.kv_heads > 0 ? dimensions.kv_heads : dimensions.heads;
}

double rotaryPart(const ModelConfig& config, const std::string& key, const std::string& token) {
  double factor = 0;
  const char* last = token.data() + token.size();
  const auto [end, problem] = std::from_chars(token.data(), last, factor);
  if (problem != std::errc{} || end != last || !(factor >= 0 && factor <= 1)) {
    throw inputError(config.place,
                     fmt::format("{}'{}' is {}, not a number from 0 to 1",
                                 isConfigFile(config.place) ? "" : "what it states as ", key,
                                 words::escaped(token, 40)),
                     configRemedy(config.place));
  }
  return factor;
}

std::uint64_t stated(const ModelConfig& config, std::initializer_list<const char*> keys,
                     std::uint64_t otherwise) {
  for (const char* key : keys) {
    const auto found = config.values.find(key);
    if (found != config.values.end()) return wholeNumber(config, key, found->second);
  }
  return otherwise;
}

// The part of a head that turns where no description of a rotation says it.
double usualPart(const ModelConfig& config, double usual) {
  for (const char* key : {"partial_rotary_factor", "rotary_pct", "rope_pct"}) {
    const auto found = config.values.find(key);
    if (found != config.values.end()) return rotaryPart(config, key, found->second);
  }
  return usual;
}

std::vector<double> partsThatTurn(const ModelConfig& config, double usual) {
  std::vector<double> parts;
  for (const auto& [layers, token] : config.rotations) {
    parts.push_back(token.empty() ? usual : rotaryPart(config, "partial_rotary_factor", token));
  }
  if (parts.empty()) parts.push_back(usual);
  return parts;
}

// Of every head, how many dimensions turn; `usual` is the part where nothing is stated.
void setRotary(const ModelConfig& config, double usual, Dimensions& dimensions) {
  if (const auto found = config.values.find("rope_interleave"); found != config.values.end()) {
    dimensions.rotary_interleaved = found->second == "true";
  }
  if (dimensions.rope_dim > 0) {
    dimensions.rotary_dim = dimensions.rope_dim;
    return;
  }
  if (dimensions.rotary_dim > 0) return;
  const std::vector<double> parts = partsThatTurn(config, usualPart(config, usual));
  dimensions.rotary_dim =
      static_cast<std::uint64_t>(parts.front() * static_cast<double>(dimensions.head_dim));
  dimensions.rotary_differs =
      std::any_of(parts.begin(), parts.end(), [&](double part) { return part != parts.front(); });
}

// Kinds of layers, as layer_types and descriptions of rotations call them.
constexpr std::array<std::string_view, 2> kLayerKinds{"full_attention", "sliding_attention"};

// How many rows of a head turn in layers of a kind.
std::uint64_t turning(const ModelConfig& config, double usual, std::string_view kind,
                      std::uint64_t head) {
  double part = usualPart(config, usual);
  for (const auto& [layers, token] : config.rotations) {
    if (!layers.empty() && layers != kind) continue;
    if (!token.empty()) part = rotaryPart(config, "partial_rotary_factor", token);
  }
  return static_cast<std::uint64_t>(part * static_cast<double>(head));
}

// The heads of each kind of layer: of those that see everything, of those that see a window.
std::vector<HeadShape> kindsOfHeads(const ModelConfig& config, double usual, const Dimensions& d) {
  const HeadShape common{d.heads, d.kv_heads, d.head_dim,
                         d.value_dim > 0 ? d.value_dim : d.head_dim, d.rotary_dim};
  HeadShape full = common, window = common;
  full.key_dim = stated(config, {"global_head_dim"}, full.key_dim);
  if (full.key_dim != common.key_dim) full.value_dim = full.key_dim;
  full.kv_heads = stated(config, {"num_global_key_value_heads"}, full.kv_heads);
  window.heads = stated(config, {"swa_num_attention_heads"}, window.heads);
  window.kv_heads = stated(config, {"swa_num_key_value_heads"}, window.kv_heads);
  window.key_dim = stated(config, {"swa_head_dim"}, window.key_dim);
  window.value_dim = stated(config, {"swa_v_head_dim"},
                            window.key_dim == common.key_dim ? window.value_dim : window.key_dim);
  for (auto [kind, heads] :
       {std::pair{kLayerKinds[0], &full}, std::pair{kLayerKinds[1], &window}}) {
    if (d.rope_dim > 0 || config.values.contains("rotary_dim")) continue;
    heads->rotary_dim = turning(config, usual, kind, heads->key_dim);
  }
  return {full, window};
}

// The kind of each layer: 0 sees everything, 1 a window. Empty: not stated, or of other kinds too.
std::vector<std::size_t> kindsOfLayers(const ModelConfig& config) {
  std::vector<std::size_t> kinds;
  if (const auto types = config.lists.find("layer_types"); types != config.lists.end()) {
    for (const std::string& type : types->second) {
      const bool window = type == "\"sliding_attention\"" || type == "\"chunked_attention\"";
      kinds.push_back(window ? 1 : 0);
    }
  } else if (const auto pattern = config.lists.find("hybrid_layer_pattern");
             pattern != config.lists.end()) {
    for (const std::string& word : pattern->second) {
      if (word != "0" && word != "1") return {};
      kinds.push_back(word == "1" ? 1 : 0);
    }
  }
  return kinds;
}

// The entry of a list of numbers for each layer; the number that is stated for all of them where
// there is no such list.
std::vector<std::uint64_t> ofLayers(const ModelConfig& config,
                                    std::initializer_list<const char*> keys, std::uint64_t layers,
                                    std::uint64_t otherwise) {
  for (const char* key : keys) {
    const auto found = config.lists.find(key);
    if (found == config.lists.end() || found->second.size() != layers) continue;
    std::vector<std::uint64_t> numbers;
    for (const std::string& token : found->second) {
      numbers.push_back(token == "null" ? 0 : wholeNumber(config, key, token));
    }
    return numbers;
  }
  return std::vector<std::uint64_t>(std::min<std::uint64_t>(layers, kMostListed), otherwise);
}

// Where layers' numbers of heads are lists: a kind for each number that there is.
void setListedHeads(const ModelConfig& config, Dimensions& d) {
  const auto listed = [&](const char* key) { return config.lists.contains(key); };
  if (!listed("num_attention_heads") && !listed("num_query_heads") &&
      !listed("num_key_value_heads") && !listed("num_kv_heads") && !listed(kQueriesOfKey)) {
    return;
  }
  const auto heads =
      ofLayers(config, {"num_attention_heads", "num_query_heads"}, d.layers, d.heads);
  const auto keys = ofLayers(config, {"num_key_value_heads", "num_kv_heads"}, d.layers, 0);
  const auto shared = ofLayers(config, {kQueriesOfKey}, d.layers, 0);
  for (std::size_t l = 0; l < heads.size(); ++l) {
    const std::uint64_t dim = d.head_dim > 0 ? d.head_dim : heads[l] == 0 ? 0 : d.hidden / heads[l];
    const std::uint64_t of_each = std::max<std::uint64_t>(shared[l], 1);
    const HeadShape of{heads[l], keys[l] > 0 ? keys[l] : heads[l] / of_each, dim,
                       d.value_dim > 0 ? d.value_dim : dim,
                       d.rotary_dim > 0 ? std::min(d.rotary_dim, dim) : dim};
    const auto known = std::find(d.head_kinds.begin(), d.head_kinds.end(), of);
    d.kind_of_layer.push_back(static_cast<std::size_t>(known - d.head_kinds.begin()));
    if (known == d.head_kinds.end()) d.head_kinds.push_back(of);
  }
  d.kv_heads = 0;
  for (const HeadShape& of : d.head_kinds) {
    d.heads = std::max(d.heads, of.heads);
    d.kv_heads = std::max(d.kv_heads, of.kv_heads);
    d.head_dim = std::max(d.head_dim, of.key_dim);
  }
}

void setHeadKinds(const ModelConfig& config, double usual, Dimensions& d) {
  if (d.heads > 0 && d.kv_heads > 0 && d.head_dim > 0 && d.kv_rank == 0) {
    const std::vector<HeadShape> kinds = kindsOfHeads(config, usual, d);
    const bool alike = kinds[0] == kinds[1];
    if (!alike || kinds[0].key_dim != kinds[0].value_dim) {
      d.head_kinds = kinds;
      if (alike) d.head_kinds.resize(1);
      d.kind_of_layer = alike ? std::vector<std::size_t>() : kindsOfLayers(config);
    }
    const bool by_kind = std::none_of(config.rotations.begin(), config.rotations.end(),
                                      [](const auto& of) { return of.layers.empty(); });
    if (!d.kind_of_layer.empty() && by_kind) d.rotary_differs = false;
  }
  if (d.head_kinds.empty()) setListedHeads(config, d);
  d.keys_are_values = isTrue(config, "attention_k_eq_v");
  d.layers_that_share = stated(config, {"num_kv_shared_layers"}, 0);
}

// What a list says of each layer, as a rotation for each kind of layer; where layers of one kind
// differ, for none.
void stateRotationsOfLayers(ModelConfig& config) {
  const auto parts = config.lists.find(kTurningOfLayers);
  if (parts == config.lists.end() || !config.rotations.empty()) return;
  const std::vector<std::size_t> kinds = kindsOfLayers(config);
  std::array<std::set<std::string>, 2> of_kind;
  for (std::size_t l = 0; l < parts->second.size(); ++l) {
    of_kind[l < kinds.size() ? kinds[l] : 0].insert(parts->second[l]);
  }
  for (std::size_t kind = 0; kind < of_kind.size(); ++kind) {
    for (const std::string& part : of_kind[kind]) {
      config.rotations.push_back(
          {of_kind[kind].size() == 1 ? std::string(kLayerKinds[kind]) : "", part});
    }
  }
}

}  // namespace

ModelConfig readConfig(const Checkpoint& checkpoint) {
  return readConfig(checkpoint.config(), checkpoint.configPlace());
}

ModelConfig readConfig(const std::string& text, const std::string& where) {
  ModelConfig config;
  config.place = where;
  if (text.empty() && where.empty()) return config;
  const JsonPlace place{config.place, "the file", configRemedy(config.place)};
  json::parser parser;
  ConfigReader reader(config, place);
  readObject(parser, PaddedText(text), place,
             [&](json::object& object) { reader.read(object, true); });
  stateRotationsOfLayers(config);
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

namespace {

// What transformers leaves out where it describes a part of a composite, since a class has it by
// default. `head_dim` 0: hidden / heads.
struct ClassDefaults {
  std::string_view model_type;
  std::uint64_t hidden, heads, kv_heads, head_dim;
};
constexpr ClassDefaults kClassDefaults[] = {
    {"llama", 4096, 32, 32, 0},   {"mistral", 4096, 32, 8, 0},     {"qwen2", 4096, 32, 32, 0},
    {"qwen3", 4096, 32, 32, 128}, {"phi3", 3072, 32, 32, 0},       {"gemma", 3072, 16, 16, 256},
    {"gemma2", 2304, 8, 4, 256},  {"gemma3_text", 2304, 8, 4, 256}};

void setLeftOut(const ModelConfig& config, Dimensions& d) {
  if (d.heads > 0 || config.model_types.size() < 2) return;
  const auto found = std::find_if(
      std::begin(kClassDefaults), std::end(kClassDefaults),
      [&](const ClassDefaults& of) { return of.model_type == config.model_types.back(); });
  if (found == std::end(kClassDefaults)) return;
  d.heads = found->heads;
  if (d.hidden == 0) d.hidden = found->hidden;
  if (d.kv_heads == 0) d.kv_heads = found->kv_heads;
  if (d.head_dim == 0) d.head_dim = found->head_dim;
}

}  // namespace

Dimensions dimensionsOf(const Checkpoint& checkpoint, double rotary_part) {
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
  setLeftOut(config, d);
  if (d.head_dim == 0 && d.heads > 0) d.head_dim = d.hidden / d.heads;
  if (d.kv_rank > 0 && d.value_dim == 0) d.value_dim = d.head_dim;
  d.kv_heads = keyHeads(config, d);
  if (d.kv_heads > 0 && d.heads % d.kv_heads == 0) d.group = d.heads / d.kv_heads;
  if (d.experts > 0 && d.expert_intermediate == 0) d.expert_intermediate = d.intermediate;
  setRotary(config, rotary_part, d);
  setHeadKinds(config, rotary_part, d);
  return dimensions;
}

Dimensions ofLayer(const Dimensions& all, std::int64_t layer) {
  const auto at = static_cast<std::size_t>(layer);
  if (layer < 0 || at >= all.kind_of_layer.size()) return all;
  const HeadShape& heads = all.head_kinds.at(all.kind_of_layer[at]);
  Dimensions d = all;
  d.heads = heads.heads;
  d.kv_heads = heads.kv_heads;
  d.head_dim = heads.key_dim;
  if (d.value_dim > 0 || heads.value_dim != heads.key_dim) d.value_dim = heads.value_dim;
  d.group = d.kv_heads > 0 && d.heads % d.kv_heads == 0 ? d.heads / d.kv_heads : 0;
  return d;
}

}  // namespace kindred::models
