#include "layout.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <kindred/error.hpp>

#include "families.hpp"

namespace kindred::gguf {
namespace {

// Towers of the kind of CLIP's.
constexpr std::string_view kTower = "clip_vision_model";

struct Key {
  const char* gguf;
  const char* config;
};
constexpr Key kKeys[] = {{"embedding_length", "hidden_size"},
                         {"block_count", "num_hidden_layers"},
                         {"attention.head_count", "num_attention_heads"},
                         {"attention.head_count_kv", "num_key_value_heads"},
                         {"feed_forward_length", "intermediate_size"},
                         {"expert_count", "num_experts"},
                         {"expert_used_count", "num_experts_per_tok"},
                         {"expert_feed_forward_length", "moe_intermediate_size"},
                         {"expert_shared_count", "n_shared_experts"},
                         {"leading_dense_block_count", "first_k_dense_replace"},
                         {"attention.q_lora_rank", "q_lora_rank"},
                         {"attention.kv_lora_rank", "kv_lora_rank"},
                         {"vocab_size", "vocab_size"}};

// Of layers, heads, units: what config.json may say.
constexpr std::uint64_t kMostOfAnything = 2147483647;

// Projectors behind towers that are CLIP's or SigLIP's; the key's absence means the first.
constexpr std::array<std::string_view, 7> kBehindTowers{"mlp",       "mlp_norm", "ldp",     "ldpv2",
                                                        "resampler", "gemma3",   "idefics3"};

// "blk.12." (of a tower "v.blk.12.", of an encoder beside a decoder "enc.blk.12.") in front of a
// name: its number, and what follows. Empty: there is none.
struct InBlock {
  std::string_view layer, rest;
};
InBlock inBlock(std::string_view name) {
  for (const std::string_view before : {"v.", "enc."}) {
    if (name.starts_with(before) && name.substr(before.size()).starts_with("blk.")) {
      name.remove_prefix(before.size());
    }
  }
  if (!name.starts_with("blk.")) return {};
  const std::size_t end = name.find_first_not_of("0123456789", 4);
  if (end == 4 || end == std::string_view::npos || name[end] != '.') return {};
  return {name.substr(4, end - 4), name.substr(end + 1)};
}

// Of "blk.0.ffn_up.3", where each expert stands by itself.
std::optional<std::string> nameOfExpert(const Family& family, const InBlock& block) {
  const std::size_t dot = std::min(block.rest.find('.'), block.rest.size());
  const std::string_view expert = block.rest.substr(std::min(dot + 1, block.rest.size()));
  if (expert.empty() || expert.find_first_not_of("0123456789") != expert.npos) return std::nullopt;
  const std::string_view hub = hubName(family, std::string(block.rest.substr(0, dot)) + ".E");
  const std::size_t number = hub.find(".E.");
  if (number == hub.npos) return std::nullopt;
  return fmt::format("{}{}.{}.{}.{}", family.layers, block.layer, hub.substr(0, number), expert,
                     hub.substr(number + 3));
}

bool isOfNoLayer(std::string_view name) {
  return name.starts_with("token_") || name.starts_with("position_") ||
         name.starts_with("output") || name.starts_with("v.") || name.starts_with("enc.");
}

}  // namespace

Layout::Layout(File& file, const Header& header) : file_(file), header_(header) {
  architecture_ = textOf(header, "general.architecture").value_or("");
  const Family& family = familyOf(architecture_);
  family_ = family.model_type.empty() ? architecture_ : std::string(family.model_type);
  if (architecture_ == "llama" && number("expert_count") > 0) family_ = "mixtral";
  if (architecture_ == "clip") family_ = familyOfTower();
  head_size_ = headSize();
}

// Other towers have other positions and norms: of these no family is named.
std::string Layout::familyOfTower() const {
  const std::string projector = textOf(header_, "clip.projector_type").value_or("mlp");
  const bool known =
      std::find(kBehindTowers.begin(), kBehindTowers.end(), projector) != kBehindTowers.end();
  return known ? std::string(kTower) : "tower of " + projector;
}

std::string Layout::keyOf(const std::string& key) const {
  return architecture_ + (architecture_ == "clip" ? ".vision." : ".") + key;
}

std::uint64_t Layout::number(const std::string& key) const {
  if (const auto one = wholeNumberOf(header_, keyOf(key))) return *one;
  const std::vector<std::uint64_t> all = numbers(key);
  const bool same = std::adjacent_find(all.begin(), all.end(), std::not_equal_to<>()) == all.end();
  return all.empty() || !same ? 0 : all.front();
}

std::vector<std::uint64_t> Layout::numbers(const std::string& key) const {
  constexpr std::uint64_t kMostLayers = 10'000;
  return numbersOf(file_, header_, keyOf(key), kMostLayers);
}

std::string Layout::nameOf(const std::string& tensor) const {
  const std::size_t dot = std::min(tensor.rfind('.'), tensor.size());
  const std::string last = tensor.substr(dot);
  const bool scale = last == ".scale" || last == ".input_scale";
  const bool ends = last == ".weight" || last == ".bias" || scale;
  // Of a state-space layer some have no such word behind them.
  const std::string kind = ends ? last : "";
  const std::string_view stem = std::string_view(tensor).substr(0, tensor.size() - kind.size());
  const InBlock block = inBlock(stem);
  std::string_view rest = block.layer.empty() ? stem : block.rest;
  if (block.layer.empty() != isOfNoLayer(rest)) return tensor;
  if (!ends && !rest.starts_with("ssm_")) return tensor;
  if (stem.starts_with("v.") && family_ != kTower) return tensor;
  if (rest.starts_with("ffn_") && isSwapped(block.layer)) {
    rest = rest == "ffn_up" ? "ffn_down" : "ffn_up";
  }
  const Family& family = familyOfType(family_);
  if (const auto expert = nameOfExpert(family, block)) return *expert + kind;
  std::string_view hub = hubName(family, rest);
  // Of a Falcon with two norms the second is that of attention.
  if (family_ == "falcon" && rest == "attn_norm" && has("attn_norm_2.weight")) hub = "ln_mlp";
  if (hub.empty()) return tensor;
  const std::string kept = rest == "exp_probs_b" ? "_" + kind.substr(1) : kind;
  if (block.layer.empty()) return std::string(hub) + kept;
  return fmt::format("{}{}.{}{}", family.layers, block.layer, hub, kept);
}

std::uint64_t Layout::headSize() const {
  // Of latent attention whose halves are split, key_length is what the latent has.
  for (const char* key : {"attention.key_length_mla", "attention.key_length"}) {
    if (const std::uint64_t stated = number(key); stated > 0) return stated;
  }
  std::uint64_t heads = number("attention.head_count");
  for (const std::uint64_t of_layer : numbers("attention.head_count")) {
    heads = std::max(heads, of_layer);
  }
  return heads == 0 ? 0 : number("embedding_length") / heads;
}

std::uint64_t Layout::rowsInTurns(const std::string& tensor) const {
  const std::string_view rest = inBlock(tensor).rest;
  const bool turned = rest.starts_with("attn_q.") || rest.starts_with("attn_k.");
  return turned && familyOf(architecture_).in_turns ? head_size_ : 0;
}

bool Layout::isSwapped(std::string_view layer) const {
  if (family_ != kTower) return false;
  const std::string down = fmt::format("v.blk.{}.ffn_down.weight", layer);
  const auto found = std::find_if(header_.tensors.begin(), header_.tensors.end(),
                                  [&](const auto& tensor) { return tensor.name == down; });
  return found != header_.tensors.end() && !found->shape.empty() &&
         found->shape.back() == number("embedding_length");
}

bool Layout::has(std::string_view in_block) const {
  return std::any_of(header_.tensors.begin(), header_.tensors.end(),
                     [&](const auto& tensor) { return inBlock(tensor.name).rest == in_block; });
}

// Layers that see a window have other heads, of which the whole turns; of those of others half.
void Layout::addHeadsOfWindows(nlohmann::json& config) const {
  const auto heads = numbers("attention.head_count"), keys = numbers("attention.head_count_kv");
  const auto windows = numbers("attention.sliding_window_pattern");
  if (windows.empty() || heads.size() != windows.size() || keys.size() != windows.size()) return;
  config.erase("partial_rotary_factor");
  for (std::size_t l = 0; l < windows.size(); ++l) {
    const bool window = windows[l] != 0;
    config["layer_types"].push_back(window ? "sliding_attention" : "full_attention");
    config["partial_rotary_factors"].push_back(window ? 1.0 : 0.5);
    nlohmann::json& of = window ? config["attention_other_setting"] : config;
    of["num_attention_heads"] = heads[l];
    of["num_attention_groups"] = keys[l];
  }
  config.erase("num_key_value_heads");
}

void Layout::addHeadsOfLayers(nlohmann::json& config) const {
  const auto heads = numbers("attention.head_count"), keys = numbers("attention.head_count_kv");
  const auto windows = numbers("attention.sliding_window_pattern");
  if (family_ == "step3p5") return addHeadsOfWindows(config);
  if (const std::uint64_t shared = number("attention.shared_kv_layers"); shared > 0) {
    config["num_kv_shared_layers"] = shared;
  }
  if (family_ == "gemma4") config["attention_k_eq_v"] = true;  // where there are no values
  const std::uint64_t of_window = number("attention.key_length_swa");
  if (of_window == 0) {
    if (!config.contains("num_attention_heads") && !heads.empty()) {
      config["num_attention_heads"] = heads;
    }
    if (!config.contains("num_key_value_heads") && !keys.empty()) {
      config["num_key_value_heads"] = keys;
    }
    return;
  }
  config["global_head_dim"] = head_size_;
  config["head_dim"] = of_window;
  config.erase("partial_rotary_factor");
  nlohmann::json types = nlohmann::json::array();
  for (std::size_t l = 0; l < windows.size(); ++l) {
    const bool window = windows[l] != 0;
    types.push_back(window ? "sliding_attention" : "full_attention");
    if (l < keys.size()) {
      config[window ? "num_key_value_heads" : "num_global_key_value_heads"] = keys[l];
    }
  }
  if (!types.empty()) config["layer_types"] = std::move(types);
}

std::string Layout::config() const {
  if (architecture_.empty()) return {};
  // The converter adds one to the gains of families that store them less one.
  nlohmann::json config{{"model_type", family_}, {"norm_gains", "whole"}};
  for (const Key& key : kKeys) {
    const std::uint64_t value = number(key.gguf);
    if (value > kMostOfAnything) {
      throw inputError(file_.place(),
                       fmt::format("'{}' is {}, not a whole number from 0 to {}", keyOf(key.gguf),
                                   value, kMostOfAnything),
                       "the file is damaged; fetch it again");
    }
    if (value > 0) config[key.config] = value;
  }
  const std::uint64_t head = head_size_, rotary = number("rope.dimension_count");
  if (number("attention.kv_lora_rank") > 0) {  // latent attention: a head has two parts
    config["qk_rope_head_dim"] = rotary;
    config["qk_nope_head_dim"] = head - std::min(head, rotary);
    const std::uint64_t split = number("attention.value_length_mla");
    config["v_head_dim"] = split > 0 ? split : number("attention.value_length");
  } else if (head > 0) {
    config["head_dim"] = head;
    if (rotary > 0 && rotary < head) {
      config["partial_rotary_factor"] = static_cast<double>(rotary) / static_cast<double>(head);
    }
  }
  addHeadsOfLayers(config);
  // Experts are as wide as a dense layer would be where nothing else is said.
  if (number("expert_count") > 0 && !config.contains("moe_intermediate_size") &&
      config.contains("intermediate_size")) {
    config["moe_intermediate_size"] = config["intermediate_size"];
  }
  return config.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<std::string> Layout::notes() const {
  std::vector<std::string> list;
  for (const Key& key : kKeys) {
    const std::string name = keyOf(key.gguf);
    const auto found = header_.keys.find(name);
    if (found == header_.keys.end() || wholeNumberOf(header_, name)) continue;
    const bool of_layers = std::string_view(key.gguf).starts_with("attention.head_count");
    if (of_layers && !numbers(key.gguf).empty()) continue;
    if (!std::holds_alternative<List>(found->second)) {
      list.push_back(fmt::format("'{}' is no whole number, and is not read", name));
    } else if (number(key.gguf) == 0) {
      list.push_back(fmt::format(
          "'{}' is a list of values that are not all one number, and is not read", name));
    }
  }
  return list;
}

}  // namespace kindred::gguf
