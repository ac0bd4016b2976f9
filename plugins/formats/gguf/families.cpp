// What each of GGUF's architectures is on the Hub: a family's whole entry stands in one place.
#include "families.hpp"

#include <algorithm>
#include <array>

namespace kindred::gguf {
namespace {

// A line each: what GGUF calls a tensor, and the Hub, without the number of its layer and what
// stands before it, and without "weight" and "bias".
constexpr auto kFamilies = std::to_array<Family>({
    {.model_type = "apertus", .names = R"(
attn_norm attention_layernorm
ffn_norm feedforward_layernorm
)"},
    {.model_type = "arcee", .in_turns = true},
    {.model_type = "arctic", .in_turns = true},
    {.model_type = "baichuan", .in_turns = true},
    {.model_type = "bailing_moe", .gguf = "bailingmoe bailingmoe2", .names = R"(
token_embd model.word_embeddings
attn_qkv attention.query_key_value
attn_output attention.dense
attn_q_norm attention.query_layernorm
attn_k_norm attention.key_layernorm
exp_probs_b mlp.gate.expert
)"},
    {.model_type = "bert", .layers = "bert.encoder.layer.", .names = R"(
token_embd bert.embeddings.word_embeddings
position_embd bert.embeddings.position_embeddings
token_types bert.embeddings.token_type_embeddings
token_embd_norm bert.embeddings.LayerNorm
attn_q attention.self.query
attn_k attention.self.key
attn_v attention.self.value
attn_output attention.output.dense
attn_output_norm attention.output.LayerNorm
ffn_up intermediate.dense
ffn_down output.dense
layer_output_norm output.LayerNorm
)"},
    {.model_type = "bloom", .layers = "transformer.h.", .names = R"(
token_embd transformer.word_embeddings
token_embd_norm transformer.word_embeddings_layernorm
output_norm transformer.ln_f
attn_qkv self_attention.qkv_proj
attn_output self_attention.dense
ffn_up mlp.dense_h_to_4h
ffn_down mlp.dense_4h_to_h
)"},
    {.model_type = "chatglm", .layers = "transformer.encoder.layers.", .names = R"(
token_embd transformer.embedding.word_embeddings
output_norm transformer.encoder.final_layernorm
output transformer.output_layer
attn_qkv self_attention.query_key_value
attn_output self_attention.dense
ffn_up mlp.dense_h_to_4h
ffn_down mlp.dense_4h_to_h
)"},
    {.model_type = "clip_vision_model", .layers = "vision_model.encoder.layers.", .names = R"(
v.position_embd vision_model.embeddings.position_embedding
v.pre_ln vision_model.pre_layrnorm
v.post_ln vision_model.post_layernorm
attn_q self_attn.q_proj
attn_k self_attn.k_proj
attn_v self_attn.v_proj
attn_out self_attn.out_proj
ln1 layer_norm1
ln2 layer_norm2
ffn_up mlp.fc1
ffn_down mlp.fc2
)"},
    {.model_type = "cohere", .gguf = "command-r"},
    {.model_type = "deepseek", .in_turns = true},
    {.model_type = "deepseek_v3", .gguf = "deepseek2"},
    {.model_type = "ernie4_5_moe", .gguf = "ernie4_5-moe", .names = R"(
exp_probs_b mlp.moe_statics.e_score_correction
)"},
    {.model_type = "exaone", .layers = "transformer.h.", .names = R"(
token_embd transformer.wte
output_norm transformer.ln_f
attn_norm ln_1
attn_q attn.attention.q_proj
attn_k attn.attention.k_proj
attn_v attn.attention.v_proj
attn_output attn.attention.out_proj
ffn_norm ln_2
ffn_gate mlp.c_fc_0
ffn_up mlp.c_fc_1
ffn_down mlp.c_proj
)"},
    {.model_type = "exaone_moe", .gguf = "exaone-moe"},
    {.model_type = "exaone4", .names = R"(
post_ffw_norm post_feedforward_layernorm
)"},
    {.model_type = "falcon", .layers = "transformer.h.", .names = R"(
token_embd transformer.word_embeddings
output_norm transformer.ln_f
attn_qkv self_attention.qkv_proj
attn_output self_attention.dense
ffn_up mlp.dense_h_to_4h
ffn_down mlp.dense_4h_to_h
attn_norm_2 ln_attn
)"},
    {.model_type = "falcon_h1", .gguf = "falcon-h1", .names = R"(
output_norm model.final_layernorm
ffn_norm pre_ff_layernorm
ffn_gate feed_forward.gate_proj
ffn_up feed_forward.up_proj
ffn_down feed_forward.down_proj
)"},
    {.model_type = "gemma2", .names = R"(
ffn_norm pre_feedforward_layernorm
post_ffw_norm post_feedforward_layernorm
)"},
    {.model_type = "gemma3", .gguf = "gemma3 gemma-embedding", .names = R"(
ffn_norm pre_feedforward_layernorm
post_ffw_norm post_feedforward_layernorm
)"},
    {.model_type = "gemma3n", .names = R"(
ffn_norm pre_feedforward_layernorm
post_ffw_norm post_feedforward_layernorm
)"},
    {.model_type = "gemma4", .names = R"(
ffn_norm pre_feedforward_layernorm
post_ffw_norm post_feedforward_layernorm
ffn_gate_inp router.proj
)"},
    {.model_type = "glm4", .names = R"(
ffn_up mlp.gate_up_proj
post_attention_norm post_self_attn_layernorm
post_ffw_norm post_mlp_layernorm
)"},
    {.model_type = "glm4_moe", .gguf = "glm4moe"},
    {.model_type = "glm_moe_dsa", .gguf = "glm-dsa"},
    {.model_type = "gpt2", .layers = "transformer.h.", .names = R"(
token_embd transformer.wte
position_embd transformer.wpe
output_norm transformer.ln_f
attn_norm ln_1
attn_qkv attn.qkv_proj
attn_output attn.out_proj
ffn_norm ln_2
ffn_up mlp.fc_in
ffn_down mlp.fc_out
)"},
    {.model_type = "gpt_bigcode", .gguf = "starcoder", .layers = "transformer.h.", .names = R"(
token_embd transformer.wte
position_embd transformer.wpe
output_norm transformer.ln_f
attn_norm ln_1
attn_qkv attn.c_attn
attn_output attn.c_proj
ffn_norm ln_2
ffn_up mlp.c_fc
ffn_down mlp.c_proj
)"},
    {.model_type = "gpt_neox", .gguf = "gptneox", .layers = "gpt_neox.layers.", .names = R"(
token_embd gpt_neox.embed_in
output_norm gpt_neox.final_layer_norm
output embed_out
attn_qkv attention.qkv_proj
attn_output attention.dense
ffn_up mlp.dense_h_to_4h
ffn_down mlp.dense_4h_to_h
)"},
    {.model_type = "gpt_oss", .gguf = "gpt-oss", .names = R"(
ffn_gate_inp mlp.router
)"},
    {.model_type = "granite", .in_turns = true},
    {.model_type = "granitemoe", .in_turns = true, .names = R"(
ffn_gate_inp block_sparse_moe.router.layer
ffn_gate_shexp shared_mlp.gate_proj
ffn_up_shexp shared_mlp.up_proj
ffn_down_shexp shared_mlp.output_linear
)"},
    {.model_type = "granitemoehybrid", .gguf = "granitehybrid", .in_turns = true, .names = R"(
ffn_gate_inp block_sparse_moe.router.layer
ffn_gate_shexp shared_mlp.gate_proj
ffn_up_shexp shared_mlp.up_proj
ffn_down_shexp shared_mlp.output_linear
)"},
    {.model_type = "hunyuan_v1_dense", .gguf = "hunyuan-dense", .names = R"(
attn_q_norm self_attn.query_layernorm
attn_k_norm self_attn.key_layernorm
)"},
    {.model_type = "hunyuan_v1_moe", .gguf = "hunyuan-moe", .names = R"(
attn_q_norm self_attn.query_layernorm
attn_k_norm self_attn.key_layernorm
ffn_gate_inp mlp.gate.wg
ffn_gate_shexp mlp.shared_mlp.gate_proj
ffn_up_shexp mlp.shared_mlp.up_proj
ffn_down_shexp mlp.shared_mlp.down_proj
)"},
    {.model_type = "internlm2", .in_turns = true, .names = R"(
token_embd model.tok_embeddings
output output
attn_norm attention_norm
attn_output attention.wo
ffn_norm ffn_norm
ffn_gate feed_forward.w1
ffn_up feed_forward.w3
ffn_down feed_forward.w2
)"},
    {.model_type = "jamba", .names = R"(
output_norm model.final_layernorm
ffn_norm pre_ff_layernorm
ffn_gate feed_forward.gate_proj
ffn_up feed_forward.up_proj
ffn_down feed_forward.down_proj
ffn_gate_inp feed_forward.router
ffn_gate_exps feed_forward.experts.gate_proj
ffn_up_exps feed_forward.experts.up_proj
ffn_down_exps feed_forward.experts.down_proj
ssm_in mamba.in_proj
ssm_conv1d mamba.conv1d
ssm_x mamba.x_proj
ssm_dt mamba.dt_proj
ssm_dt_norm mamba.dt_layernorm
ssm_b_norm mamba.b_layernorm
ssm_c_norm mamba.c_layernorm
ssm_d mamba.D
ssm_out mamba.out_proj
)"},
    {.model_type = "kimi_linear", .gguf = "kimi-linear", .names = R"(
ssm_conv1d_q self_attn.q_conv1d
ssm_conv1d_k self_attn.k_conv1d
ssm_conv1d_v self_attn.v_conv1d
ssm_f_a self_attn.f_a_proj
ssm_f_b self_attn.f_b_proj
ssm_g_a self_attn.g_a_proj
ssm_g_b self_attn.g_b_proj
ssm_beta self_attn.b_proj
ssm_norm self_attn.o_norm
)"},
    {.model_type = "lfm2", .names = R"(
output_norm model.embedding_norm
token_embd_norm model.embedding_norm
attn_norm operator_norm
ffn_norm ffn_norm
attn_output self_attn.out_proj
attn_q_norm self_attn.q_layernorm
attn_k_norm self_attn.k_layernorm
ffn_gate feed_forward.w1
ffn_up feed_forward.w3
ffn_down feed_forward.w2
)"},
    {.model_type = "llama", .gguf = "xverse llama-embed llama", .in_turns = true},
    {.model_type = "llama4", .names = R"(
ffn_gate feed_forward.gate_proj
ffn_up feed_forward.up_proj
ffn_down feed_forward.down_proj
ffn_gate_inp feed_forward.router
ffn_gate_shexp feed_forward.shared_expert.gate_proj
ffn_up_shexp feed_forward.shared_expert.up_proj
ffn_down_shexp feed_forward.shared_expert.down_proj
ffn_gate_exps feed_forward.experts.gate_proj
ffn_up_exps feed_forward.experts.up_proj
ffn_down_exps feed_forward.experts.down_proj
)"},
    {.model_type = "mamba", .layers = "backbone.layers.", .names = R"(
token_embd backbone.embeddings
output_norm backbone.norm_f
attn_norm norm
ssm_in mixer.in_proj
ssm_conv1d mixer.conv1d
ssm_x mixer.x_proj
ssm_dt mixer.dt_proj
ssm_d mixer.D
ssm_out mixer.out_proj
)"},
    {.model_type = "mamba2", .layers = "backbone.layers.", .names = R"(
token_embd backbone.embeddings
output_norm backbone.norm_f
attn_norm norm
ssm_in mixer.in_proj
ssm_conv1d mixer.conv1d
ssm_d mixer.D
ssm_norm mixer.norm
ssm_out mixer.out_proj
)"},
    {.model_type = "minicpm", .in_turns = true},
    {.model_type = "minimax_m2", .gguf = "minimax-m2", .names = R"(
ffn_gate_inp block_sparse_moe.gate
exp_probs_b block_sparse_moe.e_score_correction
)"},
    {.model_type = "minimax_m3", .gguf = "minimax-m3", .names = R"(
ffn_gate_inp block_sparse_moe.gate
exp_probs_b block_sparse_moe.e_score_correction
ffn_gate_shexp block_sparse_moe.shared_experts.gate_proj
ffn_up_shexp block_sparse_moe.shared_experts.up_proj
ffn_down_shexp block_sparse_moe.shared_experts.down_proj
)"},
    {.model_type = "mistral", .gguf = "mistral3", .in_turns = true},
    {.model_type = "mixtral", .names = R"(
ffn_gate_inp block_sparse_moe.gate
ffn_gate.E block_sparse_moe.experts.E.w1
ffn_up.E block_sparse_moe.experts.E.w3
ffn_down.E block_sparse_moe.experts.E.w2
)"},
    {.model_type = "modernbert", .gguf = "modern-bert", .names = R"(
token_embd model.embeddings.tok_embeddings
token_embd_norm model.embeddings.norm
output_norm model.final_norm
attn_norm attn_norm
attn_qkv attn.Wqkv
attn_output attn.Wo
ffn_norm mlp_norm
ffn_up mlp.Wi
ffn_down mlp.Wo
)"},
    {.model_type = "mpt", .layers = "transformer.blocks.", .names = R"(
token_embd transformer.wte
output_norm transformer.norm_f
attn_norm norm_1
attn_qkv attn.Wqkv
attn_output attn.out_proj
ffn_norm norm_2
ffn_up ffn.up_proj
ffn_down ffn.down_proj
)"},
    {.model_type = "nemotron_h",
     .gguf = "nemotron_h nemotron_h_moe",
     .in_turns = true,  // though no position turns its heads
     .layers = "backbone.layers.",
     .names = R"(
token_embd backbone.embeddings
output_norm backbone.norm_f
attn_norm norm
attn_q mixer.q_proj
attn_k mixer.k_proj
attn_v mixer.v_proj
attn_output mixer.o_proj
ffn_up mixer.up_proj
ffn_down mixer.down_proj
ffn_gate_inp mixer.gate
exp_probs_b mixer.gate.e_score_correction
ffn_up_exps mixer.experts.up_proj
ffn_down_exps mixer.experts.down_proj
ffn_up_shexp mixer.shared_experts.up_proj
ffn_down_shexp mixer.shared_experts.down_proj
ssm_in mixer.in_proj
ssm_conv1d mixer.conv1d
ssm_d mixer.D
ssm_norm mixer.norm
ssm_out mixer.out_proj
)"},
    {.model_type = "nemotron-nas", .gguf = "deci", .in_turns = true},
    {.model_type = "nomic_bert", .gguf = "nomic-bert", .layers = "encoder.layers.", .names = R"(
token_embd embeddings.word_embeddings
token_types embeddings.token_type_embeddings
token_embd_norm emb_ln
attn_qkv attn.Wqkv
attn_output attn.out_proj
attn_output_norm norm1
ffn_up mlp.fc11
ffn_gate mlp.fc12
ffn_down mlp.fc2
layer_output_norm norm2
)"},
    {.model_type = "olmo", .in_turns = true},
    {.model_type = "olmo2", .names = R"(
post_ffw_norm post_feedforward_layernorm
)"},
    {.model_type = "openpangu_v2", .gguf = "openpangu-v2", .names = R"(
ffn_norm pre_mlp_layernorm
post_ffw_norm post_mlp_layernorm
)"},
    {.model_type = "PanguEmbedded", .gguf = "pangu-embedded"},
    {.model_type = "phi", .gguf = "phi2", .names = R"(
output_norm model.final_layernorm
attn_output self_attn.dense
ffn_up mlp.fc1
ffn_down mlp.fc2
)"},
    {.model_type = "phi3", .names = R"(
ffn_up mlp.gate_up_proj
)"},
    {.model_type = "phimoe", .names = R"(
ffn_gate_inp block_sparse_moe.gate
)"},
    {.model_type = "qwen", .layers = "transformer.h.", .names = R"(
token_embd transformer.wte
output_norm transformer.ln_f
attn_norm ln_1
attn_qkv attn.c_attn
attn_output attn.c_proj
ffn_norm ln_2
ffn_gate mlp.w2
ffn_up mlp.w1
ffn_down mlp.c_proj
)"},
    {.model_type = "qwen2_moe", .gguf = "qwen2moe", .names = R"(
ffn_gate_shexp mlp.shared_expert.gate_proj
ffn_up_shexp mlp.shared_expert.up_proj
ffn_down_shexp mlp.shared_expert.down_proj
)"},
    {.model_type = "qwen2_vl", .gguf = "qwen2vl"},
    {.model_type = "qwen3_5", .gguf = "qwen35"},
    {.model_type = "qwen3_5_moe", .gguf = "qwen35moe qwen3next", .names = R"(
ffn_gate_shexp mlp.shared_expert.gate_proj
ffn_up_shexp mlp.shared_expert.up_proj
ffn_down_shexp mlp.shared_expert.down_proj
)"},
    {.model_type = "qwen3_moe", .gguf = "qwen3moe"},
    {.model_type = "qwen3_vl", .gguf = "qwen3vl"},
    {.model_type = "qwen3_vl_moe", .gguf = "qwen3vlmoe"},
    {.model_type = "smollm3", .in_turns = true},
    {.model_type = "step3p5", .gguf = "step35", .names = R"(
attn_gate self_attn.g_proj
ffn_gate_inp moe.gate
exp_probs_b moe.router
ffn_gate_shexp share_expert.gate_proj
ffn_up_shexp share_expert.up_proj
ffn_down_shexp share_expert.down_proj
)"},
    {.model_type = "starcoder2", .names = R"(
ffn_up mlp.c_fc
ffn_down mlp.c_proj
)"},
    {.model_type = "t5", .gguf = "t5 t5encoder", .layers = "encoder.block.", .names = R"(
token_embd shared
enc.output_norm encoder.final_layer_norm
attn_norm layer.0.layer_norm
attn_q layer.0.SelfAttention.q
attn_k layer.0.SelfAttention.k
attn_v layer.0.SelfAttention.v
attn_o layer.0.SelfAttention.o
attn_rel_b layer.0.SelfAttention.relative_attention_bias
ffn_norm layer.1.layer_norm
ffn_gate layer.1.DenseReluDense.wi_0
ffn_up layer.1.DenseReluDense.wi_1
ffn_down layer.1.DenseReluDense.wo
)"},
});

// Names that families have unless their own entry says otherwise.
constexpr std::string_view kCommonNames = R"(
token_embd model.embed_tokens
output_norm model.norm
output lm_head
attn_norm input_layernorm
ffn_norm post_attention_layernorm
post_attention_norm post_attention_layernorm
attn_q self_attn.q_proj
attn_k self_attn.k_proj
attn_v self_attn.v_proj
attn_qkv self_attn.qkv_proj
attn_output self_attn.o_proj
attn_q_norm self_attn.q_norm
attn_k_norm self_attn.k_norm
attn_q_a self_attn.q_a_proj
attn_q_b self_attn.q_b_proj
attn_q_a_norm self_attn.q_a_layernorm
attn_kv_a_mqa self_attn.kv_a_proj_with_mqa
attn_kv_a_norm self_attn.kv_a_layernorm
attn_kv_b self_attn.kv_b_proj
attn_k_b self_attn.k_b_proj
attn_v_b self_attn.v_b_proj
ffn_gate mlp.gate_proj
ffn_up mlp.up_proj
ffn_down mlp.down_proj
ffn_gate_inp mlp.gate
ffn_gate_inp_shexp mlp.shared_expert_gate
ffn_gate_shexp mlp.shared_experts.gate_proj
ffn_up_shexp mlp.shared_experts.up_proj
ffn_down_shexp mlp.shared_experts.down_proj
ffn_gate_exps mlp.experts.gate_proj
ffn_up_exps mlp.experts.up_proj
ffn_down_exps mlp.experts.down_proj
ffn_gate_up_exps mlp.experts.gate_up_proj
exp_probs_b mlp.gate.e_score_correction
)";

bool hasWord(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

std::string_view inLines(std::string_view lines, std::string_view gguf) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    const std::size_t space = line.find(' ');
    if (space != std::string_view::npos && line.substr(0, space) == gguf) {
      return line.substr(space + 1);
    }
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return {};
}

}  // namespace

const Family& familyOf(std::string_view gguf) {
  static constexpr Family kAsItIs{};
  const auto found = std::find_if(kFamilies.begin(), kFamilies.end(), [&](const Family& family) {
    return family.gguf.empty() ? family.model_type == gguf : hasWord(family.gguf, gguf);
  });
  return found == kFamilies.end() ? kAsItIs : *found;
}

const Family& familyOfType(std::string_view model_type) {
  static constexpr Family kCommon{};
  const auto found = std::find_if(kFamilies.begin(), kFamilies.end(), [&](const Family& family) {
    return family.model_type == model_type;
  });
  return found == kFamilies.end() ? kCommon : *found;
}

std::string_view hubName(const Family& family, std::string_view gguf) {
  const std::string_view own = inLines(family.names, gguf);
  return own.empty() ? inLines(kCommonNames, gguf) : own;
}

}  // namespace kindred::gguf
