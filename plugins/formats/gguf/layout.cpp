#include "layout.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <kindred/error.hpp>

namespace kindred::gguf {
namespace {

struct Name {
  std::string_view gguf, hub;  // behind "blk.N." and "model.layers.N."; without "weight" and "bias"
  std::string_view family = {};  // of this one alone; empty: of all others
};

// Towers of the kind of CLIP's.
constexpr std::string_view kTower = "clip_vision_model";

// The first that fits is taken, here and below.
constexpr auto kEnds = std::to_array<Name>({
    {"token_embd", "bert.embeddings.word_embeddings", "bert"},
    {"position_embd", "bert.embeddings.position_embeddings", "bert"},
    {"token_types", "bert.embeddings.token_type_embeddings", "bert"},
    {"token_embd_norm", "bert.embeddings.LayerNorm", "bert"},
    {"v.position_embd", "vision_model.embeddings.position_embedding", kTower},
    {"v.pre_ln", "vision_model.pre_layrnorm", kTower},
    {"v.post_ln", "vision_model.post_layernorm", kTower},
    {"token_embd", "gpt_neox.embed_in", "gpt_neox"},
    {"output_norm", "gpt_neox.final_layer_norm", "gpt_neox"},
    {"output", "embed_out", "gpt_neox"},
    {"token_embd", "transformer.word_embeddings", "bloom"},
    {"token_embd_norm", "transformer.word_embeddings_layernorm", "bloom"},
    {"output_norm", "transformer.ln_f", "bloom"},
    {"token_embd", "transformer.word_embeddings", "falcon"},
    {"output_norm", "transformer.ln_f", "falcon"},
    {"token_embd", "transformer.wte", "gpt2"},
    {"position_embd", "transformer.wpe", "gpt2"},
    {"output_norm", "transformer.ln_f", "gpt2"},
    {"token_embd", "transformer.wte", "exaone"},
    {"output_norm", "transformer.ln_f", "exaone"},
    {"token_embd", "transformer.wte", "qwen"},
    {"output_norm", "transformer.ln_f", "qwen"},
    {"token_embd", "transformer.embedding.word_embeddings", "chatglm"},
    {"output_norm", "transformer.encoder.final_layernorm", "chatglm"},
    {"output", "transformer.output_layer", "chatglm"},
    {"token_embd", "model.tok_embeddings", "internlm2"},
    {"output", "output", "internlm2"},
    {"output_norm", "model.final_layernorm", "phi"},
    {"token_embd", "model.embed_tokens"},
    {"output_norm", "model.norm"},
    {"output", "lm_head"},
});

// What stands before a layer's number.
struct Prefix {
  std::string_view family, prefix;
};
constexpr auto kPrefixes = std::to_array<Prefix>({{"gpt_neox", "gpt_neox.layers."},
                                                  {"bloom", "transformer.h."},
                                                  {"falcon", "transformer.h."},
                                                  {"gpt2", "transformer.h."},
                                                  {"exaone", "transformer.h."},
                                                  {"qwen", "transformer.h."},
                                                  {"chatglm", "transformer.encoder.layers."},
                                                  {"bert", "bert.encoder.layer."},
                                                  {kTower, "vision_model.encoder.layers."}});

// Of families whose queries, keys and values are grouped by heads on the Hub the converter makes
// three blocks: they have a name of their own, by which architecture files split them.
constexpr auto kBlocks = std::to_array<Name>({
    {"attn_q", "attention.self.query", "bert"},
    {"attn_k", "attention.self.key", "bert"},
    {"attn_v", "attention.self.value", "bert"},
    {"attn_output", "attention.output.dense", "bert"},
    {"attn_output_norm", "attention.output.LayerNorm", "bert"},
    {"ffn_up", "intermediate.dense", "bert"},
    {"ffn_down", "output.dense", "bert"},
    {"layer_output_norm", "output.LayerNorm", "bert"},
    {"attn_q", "self_attn.q_proj", kTower},
    {"attn_k", "self_attn.k_proj", kTower},
    {"attn_v", "self_attn.v_proj", kTower},
    {"attn_out", "self_attn.out_proj", kTower},
    {"ln1", "layer_norm1", kTower},
    {"ln2", "layer_norm2", kTower},
    {"ffn_up", "mlp.fc1", kTower},
    {"ffn_down", "mlp.fc2", kTower},
    {"attn_qkv", "attention.qkv_proj", "gpt_neox"},
    {"attn_output", "attention.dense", "gpt_neox"},
    {"ffn_up", "mlp.dense_h_to_4h", "gpt_neox"},
    {"ffn_down", "mlp.dense_4h_to_h", "gpt_neox"},
    {"attn_qkv", "self_attention.qkv_proj", "bloom"},
    {"attn_output", "self_attention.dense", "bloom"},
    {"ffn_up", "mlp.dense_h_to_4h", "bloom"},
    {"ffn_down", "mlp.dense_4h_to_h", "bloom"},
    {"attn_qkv", "self_attention.qkv_proj", "falcon"},
    {"attn_output", "self_attention.dense", "falcon"},
    {"ffn_up", "mlp.dense_h_to_4h", "falcon"},
    {"ffn_down", "mlp.dense_4h_to_h", "falcon"},
    {"attn_norm_2", "ln_attn", "falcon"},
    {"attn_norm", "ln_1", "gpt2"},
    {"attn_qkv", "attn.qkv_proj", "gpt2"},  // the converter turns its matrices
    {"attn_output", "attn.out_proj", "gpt2"},
    {"ffn_norm", "ln_2", "gpt2"},
    {"ffn_up", "mlp.fc_in", "gpt2"},
    {"ffn_down", "mlp.fc_out", "gpt2"},
    {"attn_norm", "ln_1", "exaone"},
    {"attn_q", "attn.attention.q_proj", "exaone"},
    {"attn_k", "attn.attention.k_proj", "exaone"},
    {"attn_v", "attn.attention.v_proj", "exaone"},
    {"attn_output", "attn.attention.out_proj", "exaone"},
    {"ffn_norm", "ln_2", "exaone"},
    {"ffn_gate", "mlp.c_fc_0", "exaone"},
    {"ffn_up", "mlp.c_fc_1", "exaone"},
    {"ffn_down", "mlp.c_proj", "exaone"},
    {"attn_norm", "ln_1", "qwen"},
    {"attn_qkv", "attn.c_attn", "qwen"},
    {"attn_output", "attn.c_proj", "qwen"},
    {"ffn_norm", "ln_2", "qwen"},
    {"ffn_gate", "mlp.w2", "qwen"},
    {"ffn_up", "mlp.w1", "qwen"},
    {"ffn_down", "mlp.c_proj", "qwen"},
    {"attn_qkv", "self_attention.query_key_value", "chatglm"},
    {"attn_output", "self_attention.dense", "chatglm"},
    {"ffn_up", "mlp.dense_h_to_4h", "chatglm"},
    {"ffn_down", "mlp.dense_4h_to_h", "chatglm"},
    {"attn_norm", "attention_norm", "internlm2"},
    {"attn_output", "attention.wo", "internlm2"},
    {"ffn_norm", "ffn_norm", "internlm2"},
    {"ffn_gate", "feed_forward.w1", "internlm2"},
    {"ffn_up", "feed_forward.w3", "internlm2"},
    {"ffn_down", "feed_forward.w2", "internlm2"},
    {"attn_output", "self_attn.dense", "phi"},
    {"ffn_up", "mlp.fc1", "phi"},
    {"ffn_down", "mlp.fc2", "phi"},
    {"ffn_up", "mlp.c_fc", "starcoder2"},
    {"ffn_down", "mlp.c_proj", "starcoder2"},
    {"attn_q_norm", "self_attn.query_layernorm", "hunyuan_v1_dense"},
    {"attn_k_norm", "self_attn.key_layernorm", "hunyuan_v1_dense"},
    {"ffn_gate_inp", "block_sparse_moe.gate", "mixtral"},
    {"ffn_gate_inp", "block_sparse_moe.gate", "phimoe"},
    {"ffn_gate_shexp", "mlp.shared_expert.gate_proj", "qwen2_moe"},
    {"ffn_up_shexp", "mlp.shared_expert.up_proj", "qwen2_moe"},
    {"ffn_down_shexp", "mlp.shared_expert.down_proj", "qwen2_moe"},
    {"ffn_up", "mlp.gate_up_proj", "phi3"},
    {"ffn_norm", "pre_feedforward_layernorm", "gemma2"},
    {"ffn_norm", "pre_feedforward_layernorm", "gemma3"},
    {"post_ffw_norm", "post_feedforward_layernorm", "gemma2"},
    {"post_ffw_norm", "post_feedforward_layernorm", "gemma3"},
    {"ffn_norm", "pre_feedforward_layernorm", "gemma3n"},
    {"ffn_norm", "pre_feedforward_layernorm", "gemma4"},
    {"post_ffw_norm", "post_feedforward_layernorm", "gemma3n"},
    {"post_ffw_norm", "post_feedforward_layernorm", "gemma4"},
    {"ffn_gate_inp", "router.proj", "gemma4"},
    {"attn_norm", "input_layernorm"},
    {"ffn_norm", "post_attention_layernorm"},
    {"post_attention_norm", "post_attention_layernorm"},
    {"attn_q", "self_attn.q_proj"},
    {"attn_k", "self_attn.k_proj"},
    {"attn_v", "self_attn.v_proj"},
    {"attn_qkv", "self_attn.qkv_proj"},
    {"attn_output", "self_attn.o_proj"},
    {"attn_q_norm", "self_attn.q_norm"},
    {"attn_k_norm", "self_attn.k_norm"},
    {"attn_q_a", "self_attn.q_a_proj"},
    {"attn_q_b", "self_attn.q_b_proj"},
    {"attn_q_a_norm", "self_attn.q_a_layernorm"},
    {"attn_kv_a_mqa", "self_attn.kv_a_proj_with_mqa"},
    {"attn_kv_a_norm", "self_attn.kv_a_layernorm"},
    {"attn_kv_b", "self_attn.kv_b_proj"},
    {"attn_k_b", "self_attn.k_b_proj"},  // halves of kv_b_proj, the keys' turned
    {"attn_v_b", "self_attn.v_b_proj"},
    {"ffn_gate", "mlp.gate_proj"},
    {"ffn_up", "mlp.up_proj"},
    {"ffn_down", "mlp.down_proj"},
    {"ffn_gate_inp", "mlp.gate"},
    {"ffn_gate_inp_shexp", "mlp.shared_expert_gate"},
    {"ffn_gate_shexp", "mlp.shared_experts.gate_proj"},
    {"ffn_up_shexp", "mlp.shared_experts.up_proj"},
    {"ffn_down_shexp", "mlp.shared_experts.down_proj"},
    {"ffn_gate_exps", "mlp.experts.gate_proj"},
    {"ffn_up_exps", "mlp.experts.up_proj"},
    {"ffn_down_exps", "mlp.experts.down_proj"},
    {"ffn_gate_up_exps", "mlp.experts.gate_up_proj"},
    {"exp_probs_b", "mlp.gate.e_score_correction"},
});

// Architectures whose converter puts the two halves of a rotary head in turns.
constexpr std::array<std::string_view, 12> kInTurns{
    "llama",   "mistral3", "deci",   "granite",  "granitemoe", "internlm2",
    "minicpm", "olmo",     "arctic", "deepseek", "baichuan",   "xverse"};

// Families whose name differs.
struct Family {
  std::string_view gguf, hub;
};
constexpr auto kFamilies = std::to_array<Family>({{"qwen2moe", "qwen2_moe"},
                                                  {"deci", "nemotron-nas"},
                                                  {"gptneox", "gpt_neox"},
                                                  {"qwen3moe", "qwen3_moe"},
                                                  {"deepseek2", "deepseek_v3"},
                                                  {"glm4moe", "glm4_moe"},
                                                  {"gpt-oss", "gpt_oss"},
                                                  {"mistral3", "mistral"},
                                                  {"phi2", "phi"},
                                                  {"command-r", "cohere"},
                                                  {"hunyuan-dense", "hunyuan_v1_dense"},
                                                  {"xverse", "llama"}});

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

// "blk.12." (of a tower "v.blk.12.") in front of a name: its number, and what follows. Empty: there
// is none.
struct InBlock {
  std::string_view layer, rest;
};
InBlock inBlock(std::string_view name) {
  if (name.starts_with("v.blk.")) name.remove_prefix(2);
  if (!name.starts_with("blk.")) return {};
  const std::size_t end = name.find_first_not_of("0123456789", 4);
  if (end == 4 || end == std::string_view::npos || name[end] != '.') return {};
  return {name.substr(4, end - 4), name.substr(end + 1)};
}

}  // namespace

Layout::Layout(File& file, const Header& header) : file_(file), header_(header) {
  architecture_ = textOf(header, "general.architecture").value_or("");
  family_ = architecture_;
  for (const auto& [gguf, hub] : kFamilies) {
    if (gguf == architecture_) family_ = hub;
  }
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
  const std::size_t dot = tensor.rfind('.');
  const std::string_view stem = std::string_view(tensor).substr(0, dot);
  const std::string kind = dot == std::string::npos ? "" : tensor.substr(dot);
  const bool scale = kind == ".scale" || kind == ".input_scale";
  if (kind != ".weight" && kind != ".bias" && !scale) return tensor;
  for (const Name& end : kEnds) {
    const bool of_family = end.family.empty() || end.family == family_;
    if (end.gguf == stem && of_family) return std::string(end.hub) + kind;
  }
  const InBlock block = inBlock(stem);
  std::string_view prefix = "model.layers.";
  for (const Prefix& own : kPrefixes) {
    if (own.family == family_) prefix = own.prefix;
  }
  if (stem.starts_with("v.") && family_ != kTower) return tensor;
  std::string_view rest = block.rest;
  if (rest.starts_with("ffn_") && isSwapped(block.layer)) {
    rest = rest == "ffn_up" ? "ffn_down" : "ffn_up";
  }
  // Of a Falcon with two norms the second is that of attention.
  if (family_ == "falcon" && block.rest == "attn_norm" && has("attn_norm_2.weight")) {
    return std::string(prefix) + std::string(block.layer) + ".ln_mlp" + kind;
  }
  for (const Name& name : kBlocks) {
    if (name.gguf != rest || (!name.family.empty() && name.family != family_)) continue;
    const std::string kept = name.gguf == "exp_probs_b" ? "_" + kind.substr(1) : kind;
    return std::string(prefix) + std::string(block.layer) + "." + std::string(name.hub) + kept;
  }
  return tensor;
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
  const bool of_family =
      std::find(kInTurns.begin(), kInTurns.end(), architecture_) != kInTurns.end();
  return turned && of_family ? head_size_ : 0;
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

void Layout::addHeadsOfLayers(nlohmann::json& config) const {
  const auto heads = numbers("attention.head_count"), keys = numbers("attention.head_count_kv");
  const auto windows = numbers("attention.sliding_window_pattern");
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
