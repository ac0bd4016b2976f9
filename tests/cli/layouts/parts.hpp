// What families have in common, as lines of layouts: family_layouts.hpp says what letters stand
// for.
#pragma once

#include <string>

#include "cli/family_layouts.hpp"

namespace kindred::clitest::families {

inline std::string attention(const std::string& prefix, const std::string& o = "o_proj") {
  return prefix + "q_proj.weight Q D\n" + prefix + "k_proj.weight K D\n" + prefix +
         "v_proj.weight K D\n" + prefix + o + ".weight D Q\n";
}
inline std::string mlp(const std::string& prefix, const std::string& gate = "gate_proj",
                       const std::string& up = "up_proj", const std::string& down = "down_proj") {
  return prefix + gate + ".weight U D\n" + prefix + up + ".weight U D\n" + prefix + down +
         ".weight D U\n";
}
// A matrix of all heads' width on both sides, with a bias.
inline std::string square(const std::string& name) {
  return name + ".weight D D\n" + name + ".bias D\n";
}
inline std::string norm(const std::string& name) {
  return name + ".weight D\n" + name + ".bias D\n";
}
// An MLP without a gate.
inline std::string plain(const std::string& in, const std::string& out) {
  return in + ".weight U D\n" + in + ".bias U\n" + out + ".weight D U\n" + out + ".bias D\n";
}

inline const std::string kL = "model.layers.{l}.";
inline const std::string kEnds =
    "model.embed_tokens.weight T D\nmodel.norm.weight D\nlm_head.weight T D\n";
inline const std::string kNorms =
    kL + "input_layernorm.weight D\n" + kL + "post_attention_layernorm.weight D\n";
inline const std::string kHeadNorms =
    kL + "self_attn.q_norm.weight N\n" + kL + "self_attn.k_norm.weight N\n";
inline const std::string kFullNorms =
    kL + "self_attn.q_norm.weight Q\n" + kL + "self_attn.k_norm.weight K\n";
inline const std::string kBiases = kL + "self_attn.q_proj.bias Q\n" + kL +
                                   "self_attn.k_proj.bias K\n" + kL + "self_attn.v_proj.bias K\n";
inline const std::string kAttention = attention(kL + "self_attn.");
inline const std::string kMlp = mlp(kL + "mlp.");
inline const std::string kExperts = kL + "mlp.gate.weight E D\n" + mlp(kL + "mlp.experts.{e}.");
inline const std::string kPostNorms =
    kL + "post_attention_layernorm.weight D\n" + kL + "post_feedforward_layernorm.weight D\n";
inline const std::string kMoe =
    R"(,"num_experts":4,"num_experts_per_tok":2,"moe_intermediate_size":96)";

inline std::string type(const std::string& name) { return R"("model_type":")" + name + '"'; }

inline const std::string kShared = mlp(kL + "mlp.shared_experts.");
inline const std::string kCorrection = kL + "mlp.gate.e_score_correction_bias E\n";

// A layer of an encoder: attention of all heads' width on both sides, and two norms.
inline std::string tower(const std::string& layer, const std::string& first,
                         const std::string& second) {
  const std::string a = layer + "self_attn.";
  return norm(layer + first) + norm(layer + second) + square(a + "q_proj") + square(a + "k_proj") +
         square(a + "v_proj") + square(a + "out_proj");
}

// Sizes of a tower, in whose config.json no vocabulary stands.
inline const std::string kTower =
    R"(,"hidden_size":64,"depth":2,"num_hidden_layers":2,"num_attention_heads":4,)"
    R"("intermediate_size":96)";

}  // namespace kindred::clitest::families
