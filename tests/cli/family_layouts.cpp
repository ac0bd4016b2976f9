#include "family_layouts.hpp"

namespace kindred::clitest {

namespace {

std::string attention(const std::string& prefix, const std::string& o = "o_proj") {
  return prefix + "q_proj.weight Q D\n" + prefix + "k_proj.weight K D\n" + prefix +
         "v_proj.weight K D\n" + prefix + o + ".weight D Q\n";
}
std::string mlp(const std::string& prefix, const std::string& gate = "gate_proj",
                const std::string& up = "up_proj", const std::string& down = "down_proj") {
  return prefix + gate + ".weight U D\n" + prefix + up + ".weight U D\n" + prefix + down +
         ".weight D U\n";
}
// A matrix of all heads' width on both sides, with a bias.
std::string square(const std::string& name) { return name + ".weight D D\n" + name + ".bias D\n"; }
std::string norm(const std::string& name) { return name + ".weight D\n" + name + ".bias D\n"; }
// An MLP without a gate.
std::string plain(const std::string& in, const std::string& out) {
  return in + ".weight U D\n" + in + ".bias U\n" + out + ".weight D U\n" + out + ".bias D\n";
}

const std::string kL = "model.layers.{l}.";
const std::string kEnds =
    "model.embed_tokens.weight T D\nmodel.norm.weight D\nlm_head.weight T D\n";
const std::string kNorms =
    kL + "input_layernorm.weight D\n" + kL + "post_attention_layernorm.weight D\n";
const std::string kHeadNorms =
    kL + "self_attn.q_norm.weight N\n" + kL + "self_attn.k_norm.weight N\n";
const std::string kFullNorms =
    kL + "self_attn.q_norm.weight Q\n" + kL + "self_attn.k_norm.weight K\n";
const std::string kBiases = kL + "self_attn.q_proj.bias Q\n" + kL + "self_attn.k_proj.bias K\n" +
                            kL + "self_attn.v_proj.bias K\n";
const std::string kAttention = attention(kL + "self_attn.");
const std::string kMlp = mlp(kL + "mlp.");
const std::string kExperts = kL + "mlp.gate.weight E D\n" + mlp(kL + "mlp.experts.{e}.");
const std::string kSandwich = kNorms + kL + "pre_feedforward_layernorm.weight D\n" + kL +
                              "post_feedforward_layernorm.weight D\n";
const std::string kPostNorms =
    kL + "post_attention_layernorm.weight D\n" + kL + "post_feedforward_layernorm.weight D\n";
const std::string kMoe = R"(,"num_experts":4,"num_experts_per_tok":2,"moe_intermediate_size":96)";

std::string type(const std::string& name) { return R"("model_type":")" + name + '"'; }

std::string latent(const std::string& more = "") {
  const std::string a = kL + "self_attn.";
  return kEnds + kNorms + a + "q_a_proj.weight 32 D\n" + a + "q_a_layernorm.weight 32\n" + a +
         "q_b_proj.weight 96 32\n" + a + "kv_a_proj_with_mqa.weight 40 D\n" + a +
         "kv_a_layernorm.weight 32\n" + a + "kv_b_proj.weight 128 32\n" + a +
         "o_proj.weight D Q\n" + more;
}
const std::string kLatent =
    R"(,"q_lora_rank":32,"kv_lora_rank":32,"qk_rope_head_dim":8,"qk_nope_head_dim":16,)"
    R"("v_head_dim":16)";
const std::string kShared = mlp(kL + "mlp.shared_experts.");
const std::string kCorrection = kL + "mlp.gate.e_score_correction_bias E\n";

// As Mistral names them.
std::string nativeLatent() {
  const std::string l = "layers.{l}.", a = l + "attention.";
  return "tok_embeddings.weight T D\nnorm.weight D\noutput.weight T D\n" + l +
         "attention_norm.weight D\n" + l + "ffn_norm.weight D\n" + a + "wq_a.weight 32 D\n" + a +
         "q_a_norm.weight 32\n" + a + "wq_b.weight 96 32\n" + a + "wkv_a_with_mqa.weight 40 D\n" +
         a + "kv_a_norm.weight 32\n" + a + "wkv_b.weight 128 32\n" + a + "wo.weight D Q\n" + l +
         "gate.weight E D\n" + mlp(l + "experts.{e}.", "w1", "w3", "w2") +
         mlp(l + "shared_experts.", "w1", "w3", "w2");
}

std::string vision(const std::string& prefix, const std::string& norms, const std::string& mlp_) {
  const std::string a = prefix + "attention.";
  return norms + square(a + "attention.query") + square(a + "attention.key") +
         square(a + "attention.value") + square(a + "output.dense") + mlp_;
}
std::string tower(const std::string& layer, const std::string& first, const std::string& second) {
  const std::string a = layer + "self_attn.";
  return norm(layer + first) + norm(layer + second) + square(a + "q_proj") + square(a + "k_proj") +
         square(a + "v_proj") + square(a + "out_proj");
}

std::string dinov3(const std::string& mlp_) {
  const std::string l = "layer.{l}.";
  return norm("norm") + norm(l + "norm1") + norm(l + "norm2") + l + "layer_scale1.lambda1 D\n" + l +
         "layer_scale2.lambda1 D\n" + square(l + "attention.q_proj") + l +
         "attention.k_proj.weight D D\n" + square(l + "attention.v_proj") +
         square(l + "attention.o_proj") + mlp_;
}
const std::string kTower =
    R"(,"hidden_size":64,"depth":2,"num_hidden_layers":2,"num_attention_heads":4,)"
    R"("intermediate_size":96)";
// Layers of two kinds.
const std::string kTwoSizes =
    R"("layer_types":["sliding_attention","full_attention"],"global_head_dim":32,)"
    R"("num_global_key_value_heads":1,"attention_k_eq_v":true,)"
    R"("rope_parameters":{"full_attention":{"rope_type":"proportional",)"
    R"("partial_rotary_factor":0.25},"sliding_attention":{"rope_type":"default"}})";
const std::string kHeads = replaced(kAttention + kHeadNorms, "{l}", "0");
const std::string kGlobalHeads =
    "model.layers.1.self_attn.q_proj.weight 128 D\nmodel.layers.1.self_attn.k_proj.weight 32 D\n"
    "model.layers.1.self_attn.o_proj.weight D 128\nmodel.layers.1.self_attn.q_norm.weight 32\n"
    "model.layers.1.self_attn.k_norm.weight 32\n";
// Blocks whose queries, keys and values are one matrix.
std::string packed(const std::string& first, const std::string& second, const std::string& mlp_) {
  const std::string b = "blocks.{l}.";
  return norm(b + first) + norm(b + second) + b + "attn.qkv.weight 192 D\n" + b +
         "attn.qkv.bias 192\n" + square(b + "attn.proj") + mlp_;
}

}  // namespace

const std::vector<Layout>& layouts() {
  static const std::vector<Layout> kLayouts{
      {"qwen3", R"("model_type":"qwen3_vl","text_config":{"model_type":"qwen3_vl_text"})",
       replaced(kNorms + kAttention + kHeadNorms + kMlp, "model.", "model.language_model.") +
           "model.language_model.embed_tokens.weight T D\nmodel.language_model.norm.weight D\n"
           "lm_head.weight T D\n"},
      {"llama", R"("model_type":"mistral3","text_config":{"model_type":"ministral3"})",
       replaced(kEnds + kNorms + kAttention + kMlp, "model.", "language_model.model.")},
      {"gemma", type("gemma"), kEnds + kNorms + kAttention + kMlp},
      {"gemma2", type("gemma2"), kEnds + kSandwich + kAttention + kMlp},
      {"gemma3",
       type("gemma3_text") +
           R"(,"rope_parameters":{"full_attention":{"rope_type":"linear","factor":8.0},)"
           R"("sliding_attention":{"rope_type":"default"}})",
       kEnds + kSandwich + kAttention + kHeadNorms + kMlp,
       {"mlp-unit", "value-dim", "rotary-pair"}},
      {"gemma4",
       type("gemma4_text") + kMoe +
           R"(,"rope_parameters":{"full_attention":{"rope_type":"proportional",)"
           R"("partial_rotary_factor":0.25},"sliding_attention":{"rope_type":"default"}})",
       kEnds + kSandwich + kAttention + kHeadNorms + kMlp + kL + "router.proj.weight E D\n" + kL +
           "experts.gate_up_proj E 2U D\n" + kL + "experts.down_proj E D U\n",
       {"mlp-unit", "value-dim", "rotary-pair"}},
      {"gemma4",  // larger heads where attention is whole, whose keys are the values
       type("gemma4") + R"(,"text_config":{"model_type":"gemma4_text",)" + kTwoSizes + "}",
       replaced(kEnds + kSandwich + kMlp + kHeads + kGlobalHeads, "model.",
                "model.language_model."),
       {"mlp-unit", "value-dim", "rotary-pair"}},
      {"gemma4",  // the last layer has the keys and values of the first
       type("gemma4_text") + R"(,"num_kv_shared_layers":1)",
       kEnds + kSandwich + kMlp + kHeads + replaced(kHeadNorms, "{l}", "1") +
           "model.layers.1.self_attn.q_proj.weight Q D\n"
           "model.layers.1.self_attn.o_proj.weight D Q\n",
       {"mlp-unit", "value-dim"}},
      {"qwen3_5",
       R"("model_type":"qwen3_5","text_config":{"model_type":"qwen3_5_text",)"
       R"("rope_parameters":{"partial_rotary_factor":0.5,"rope_type":"default"}})",
       kEnds + kNorms + kHeadNorms + kL + "self_attn.q_proj.weight 128 D\n" + kL +
           "self_attn.k_proj.weight K D\n" + kL + "self_attn.v_proj.weight K D\n" + kL +
           "self_attn.o_proj.weight D Q\n" + kMlp},
      {"qwen3_5_moe", type("qwen3_5_moe_text") + kMoe,
       kEnds + kNorms + kHeadNorms + kL + "self_attn.q_proj.weight 128 D\n" + kL +
           "self_attn.k_proj.weight K D\n" + kL + "self_attn.v_proj.weight K D\n" + kL +
           "self_attn.o_proj.weight D Q\n" + kL + "mlp.gate.weight E D\n" + kL +
           "mlp.experts.gate_up_proj E 2U D\n" + kL + "mlp.experts.down_proj E D U\n" +
           mlp(kL + "mlp.shared_expert.") + kL + "mlp.shared_expert_gate.weight 1 D\n"},
      {"llama4", type("llama4_text") + R"(,"num_local_experts":4,"num_experts_per_tok":1)",
       kEnds + kNorms + kAttention + kL + "feed_forward.router.weight E D\n" + kL +
           "feed_forward.experts.gate_up_proj E D 2U\n" + kL +
           "feed_forward.experts.down_proj E U D\n" + mlp(kL + "feed_forward.shared_expert.")},
      {"glm4", type("glm4"),
       kEnds + kNorms + kBiases + kAttention + kL + "post_self_attn_layernorm.weight D\n" + kL +
           "post_mlp_layernorm.weight D\n" + kL + "mlp.gate_up_proj.weight 2U D\n" + kL +
           "mlp.down_proj.weight D U\n"},
      {"deepseek_v3",
       type("deepseek_v32") + kLatent + kMoe + R"(,"n_group":2)",
       latent(kExperts + kCorrection + kShared),
       {"mlp-unit", "latent-dim", "value-dim", "rotary-free"}},
      {"kimi_k2",
       R"("model_type":"kimi_k25","text_config":{"model_type":"kimi_k2"},"n_group":1)" + kLatent +
           kMoe,
       replaced(latent(kExperts + kCorrection + kShared), "model.", "language_model.model."),
       {"mlp-unit", "latent-dim", "value-dim", "rotary-free"}},
      {"kimi_k2",  // keys have other rows than values, and the key that turns is a wide one
       type("glm_moe_dsa") + kMoe +
           R"(,"q_lora_rank":32,"kv_lora_rank":32,"qk_rope_head_dim":64,"qk_nope_head_dim":24,)"
           R"("v_head_dim":32)",
       replaced(
           replaced(replaced(replaced(latent(kExperts + kCorrection + kShared), "96 32", "352 32"),
                             "40 D", "96 D"),
                    "128 32", "224 32"),
           "o_proj.weight D Q", "o_proj.weight D 128"),
       {"mlp-unit", "latent-dim", "value-dim", "rotary-free", "rotary-pair"}},
      {"axk1",
       type("axk1") + kLatent + kMoe,
       latent(kExperts + kCorrection + kShared + kL + "post_mlp_layernorm.weight D\n"),
       {"mlp-unit", "latent-dim", "value-dim", "rotary-free"}},
      {"deepseek_v3",  // queries straight from the stream
       type("sarvam_mla") + kLatent + kMoe,
       replaced(
           replaced(replaced(latent(kExperts + kCorrection + kShared), "q_a_layernorm", "gone"),
                    kL + "self_attn.q_a_proj.weight 32 D\n" + kL + "self_attn.gone.weight 32\n",
                    ""),
           "q_b_proj.weight 96 32", "q_proj.weight 96 D"),
       {"mlp-unit", "latent-dim", "value-dim", "rotary-free"}},
      {"pangu_ultra_moe",  // the names of sizes are its own
       type("pangu_ultra_moe") +
           R"(,"attention_q_lora_dim":32,"attention_kv_lora_dim":32,"attention_qk_rope_dim":8,)"
           R"("attention_qk_dim":16,"attention_v_dim":16,"num_routed_experts":4)" +
           R"(,"num_experts_per_tok":2,"moe_intermediate_size":96)",
       latent(kExperts + kShared + kL + "pre_mlp_layernorm.weight D\n" + kL +
              "post_mlp_layernorm.weight D\n"),
       {"mlp-unit", "latent-dim", "value-dim", "rotary-free"}},
      {"mistral_large_3",
       type("mistral_large_3") + kLatent +
           R"(,"moe":{"num_experts":4,"num_experts_per_tok":2,"expert_hidden_dim":96})",
       nativeLatent(),
       {"mlp-unit", "latent-dim", "value-dim", "rotary-free"}},
      {"minicpm3",  // dense, and values as wide as the stream leaves
       type("minicpm3") + R"(,"q_lora_rank":32,"kv_lora_rank":32,"qk_rope_head_dim":8,)"
                          R"("qk_nope_head_dim":16)",
       latent(kMlp),
       {"mlp-unit", "latent-dim", "value-dim", "rotary-free"}},
      {"dots1",
       type("dots1") + kMoe,
       kEnds + kNorms + kAttention + kHeadNorms + kExperts + kCorrection + kShared,
       {"mlp-unit", "value-dim", "rotary-pair"}},
      {"mimo_v2",
       type("mimo_v2_flash") + kMoe +
           R"(,"v_head_dim":8,"swa_num_attention_heads":4,"swa_num_key_value_heads":4,)"
           R"("swa_head_dim":16,"swa_v_head_dim":8,"partial_rotary_factor":0.5,)"
           R"("hybrid_layer_pattern":[0,1])",
       kEnds + kNorms + kExperts + kCorrection + kL + "self_attn.q_proj.weight Q D\n" + kL +
           "self_attn.o_proj.weight D 32\n"
           "model.layers.0.self_attn.k_proj.weight 32 D\n"
           "model.layers.0.self_attn.v_proj.weight 16 D\n"
           "model.layers.1.self_attn.k_proj.weight 64 D\n"
           "model.layers.1.self_attn.v_proj.weight 32 D\n",
       {"mlp-unit", "value-dim", "rotary-free"}},
      {"hunyuan",
       type("hunyuan_v1_dense"),
       kEnds + kNorms + kAttention + kMlp + kL + "self_attn.query_layernorm.weight N\n" + kL +
           "self_attn.key_layernorm.weight N\n",
       {"mlp-unit", "value-dim", "rotary-pair"}},
      {"qwen",
       type("qwen") + R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,)"
                      R"("kv_channels":16,"intermediate_size":192,"vocab_size":256)",
       "transformer.wte.weight T D\ntransformer.ln_f.weight D\nlm_head.weight T D\n"
       "transformer.h.{l}.ln_1.weight D\ntransformer.h.{l}.ln_2.weight D\n"
       "transformer.h.{l}.attn.c_attn.weight 192 D\ntransformer.h.{l}.attn.c_attn.bias 192\n"
       "transformer.h.{l}.attn.c_proj.weight D Q\n" +
           mlp("transformer.h.{l}.mlp.", "w2", "w1", "c_proj")},
      {"starcoder2",
       type("starcoder2"),
       "model.embed_tokens.weight T D\nlm_head.weight T D\n" + norm("model.norm") +
           norm(kL + "input_layernorm") + norm(kL + "post_attention_layernorm") + kAttention +
           kBiases + kL + "self_attn.o_proj.bias D\n" + plain(kL + "mlp.c_fc", kL + "mlp.c_proj"),
       {"value-dim", "rotary-pair"}},
      {"stablelm", type("stablelm"),
       "model.embed_tokens.weight T D\nlm_head.weight T D\n" + norm("model.norm") +
           norm(kL + "input_layernorm") + norm(kL + "post_attention_layernorm") + kAttention +
           kBiases + kMlp},
      {"deepseek_v4",
       type("deepseek_v4") + kMoe,
       "embed.weight T D\nhead.weight T D\nnorm.weight D\nlayers.{l}.attn_norm.weight D\n"
       "layers.{l}.ffn_norm.weight D\nlayers.{l}.attn.wq_a.weight 32 D\n"
       "layers.{l}.attn.q_norm.weight 32\nlayers.{l}.attn.wq_b.weight Q 32\n"
       "layers.{l}.ffn.gate.weight E D\n" +
           mlp("layers.{l}.ffn.experts.{e}.", "w1", "w3", "w2") +
           mlp("layers.{l}.ffn.shared_experts.", "w1", "w3", "w2"),
       {"mlp-unit"}},
      {"minimax_m2",
       type("minimax_m2") + R"(,"num_local_experts":4,"rotary_dim":8)",
       kEnds + kNorms + kAttention + kFullNorms + kL + "block_sparse_moe.gate.weight E D\n" + kL +
           "block_sparse_moe.e_score_correction_bias E\n" +
           mlp(kL + "block_sparse_moe.experts.{e}.", "w1", "w3", "w2"),
       {"mlp-unit", "value-dim", "rotary-free"}},
      {"olmo", type("olmo"), kEnds.substr(0, kEnds.find("model.norm")) + kAttention + kMlp},
      {"olmo2", type("olmo3"), kEnds + kPostNorms + kAttention + kFullNorms + kMlp},
      {"olmoe", type("olmoe") + kMoe, kEnds + kNorms + kAttention + kFullNorms + kExperts},
      {"llama", type("granite"), kEnds + kNorms + kAttention + kMlp},
      {"granitemoe", type("granitemoeshared") + R"(,"num_local_experts":4)",
       kEnds + kNorms + kAttention + kL + "block_sparse_moe.router.layer.weight E D\n" + kL +
           "block_sparse_moe.input_linear.weight E 2U D\n" + kL +
           "block_sparse_moe.output_linear.weight E D U\n" + kL +
           "shared_mlp.input_linear.weight 2U D\n" + kL + "shared_mlp.output_linear.weight D U\n"},
      {"cohere", type("cohere"), kEnds + kL + "input_layernorm.weight D\n" + kAttention + kMlp},
      {"cohere2",
       type("cohere2"),
       kEnds + kL + "input_layernorm.weight D\n" + kAttention + kMlp,
       {"mlp-unit", "value-dim", "rotary-pair"}},
      {"nemotron",
       type("nemotron"),
       kEnds + "model.norm.bias D\n" + norm(kL + "input_layernorm") +
           norm(kL + "post_attention_layernorm") + kAttention + kL + "mlp.up_proj.weight U D\n" +
           kL + "mlp.down_proj.weight D U\n",
       {"value-dim"}},
      {"exaone", type("exaone"),
       "transformer.wte.weight T D\ntransformer.ln_f.weight D\nlm_head.weight T D\n"
       "transformer.h.{l}.ln_1.weight D\ntransformer.h.{l}.ln_2.weight D\n" +
           attention("transformer.h.{l}.attn.attention.", "out_proj") +
           mlp("transformer.h.{l}.mlp.", "c_fc_0", "c_fc_1", "c_proj")},
      {"exaone4", type("exaone4"), kEnds + kPostNorms + kAttention + kHeadNorms + kMlp},
      {"exaone_moe", type("exaone_moe") + kMoe,
       kEnds + kNorms + kAttention + kHeadNorms + kExperts + kCorrection + kShared},
      {"hyperclovax", type("hyperclovax"),
       kEnds + kNorms + kL + "post_norm1.weight D\n" + kL + "post_norm2.weight D\n" + kAttention +
           kMlp},
      {"pangu_embedded", type("PanguEmbedded"),
       kEnds + kNorms + kBiases + kL + "self_attn.o_proj.bias D\n" + kAttention + kMlp},
      {"pangu_pro_moe", type("PanguProMoE") + kMoe,
       kEnds + kNorms + kBiases + kL + "self_attn.o_proj.bias D\n" + kAttention + kExperts +
           mlp(kL + "mlp.shared_expert.")},
      {"internlm2", type("internlm2"),
       "model.tok_embeddings.weight T D\nmodel.norm.weight D\noutput.weight T D\n" + kL +
           "attention_norm.weight D\n" + kL + "ffn_norm.weight D\n" + kL +
           "attention.wqkv.weight 128 D\n" + kL + "attention.wo.weight D Q\n" +
           mlp(kL + "feed_forward.", "w1", "w3", "w2")},
      {"baichuan",
       type("baichuan") + R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,)"
                          R"("intermediate_size":96,"vocab_size":256)",
       kEnds + kNorms + kL + "self_attn.W_pack.weight 192 D\n" + kL +
           "self_attn.o_proj.weight D Q\n" + kMlp},
      {"chatglm",
       type("chatglm") + R"(,"hidden_size":64,"num_layers":2,"num_attention_heads":4,)"
                         R"("multi_query_attention":true,"multi_query_group_num":2,)"
                         R"("kv_channels":16,"ffn_hidden_size":96,"padded_vocab_size":256)",
       "transformer.embedding.word_embeddings.weight T D\ntransformer.output_layer.weight T D\n"
       "transformer.encoder.final_layernorm.weight D\n" +
           replaced(kNorms + kL + "self_attention.query_key_value.weight 128 D\n" + kL +
                        "self_attention.query_key_value.bias 128\n" + kL +
                        "self_attention.dense.weight D Q\n" + kL +
                        "mlp.dense_h_to_4h.weight 2U D\n" + kL + "mlp.dense_4h_to_h.weight D U\n",
                    "model.", "transformer.encoder.")},
      {"gpt2",
       type("gpt2") + R"(,"n_embd":64,"n_layer":2,"n_head":4,"vocab_size":256)",
       "transformer.wte.weight T D\ntransformer.wpe.weight 32 D\n" + norm("transformer.ln_f") +
           norm("transformer.h.{l}.ln_1") + norm("transformer.h.{l}.ln_2") +
           "transformer.h.{l}.attn.c_attn.weight D 192\ntransformer.h.{l}.attn.c_attn.bias 192\n" +
           square("transformer.h.{l}.attn.c_proj") +
           "transformer.h.{l}.mlp.c_fc.weight D U\ntransformer.h.{l}.mlp.c_fc.bias U\n"
           "transformer.h.{l}.mlp.c_proj.weight U D\ntransformer.h.{l}.mlp.c_proj.bias D\n",
       {"value-dim", "rotary-free"}},
      {"gpt_neox",
       type("gpt_neox") + R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,)"
                          R"("rotary_pct":0.25,"intermediate_size":96,"vocab_size":256)",
       "gpt_neox.embed_in.weight T D\nembed_out.weight T D\n" + norm("gpt_neox.final_layer_norm") +
           replaced(norm(kL + "input_layernorm") + norm(kL + "post_attention_layernorm") + kL +
                        "attention.query_key_value.weight 192 D\n" + kL +
                        "attention.query_key_value.bias 192\n" + square(kL + "attention.dense") +
                        plain(kL + "mlp.dense_h_to_4h", kL + "mlp.dense_4h_to_h"),
                    "model.", "gpt_neox."),
       {"value-dim", "rotary-free"}},
      {"falcon",
       type("falcon") + R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,)"
                        R"("multi_query":true,"new_decoder_architecture":true,"num_kv_heads":2,)"
                        R"("vocab_size":256)",
       "transformer.word_embeddings.weight T D\n" + norm("transformer.ln_f") +
           replaced(norm(kL + "ln_attn") + norm(kL + "ln_mlp") + kL +
                        "self_attention.query_key_value.weight 128 D\n" + kL +
                        "self_attention.dense.weight D D\n" + kL +
                        "mlp.dense_h_to_4h.weight U D\n" + kL + "mlp.dense_4h_to_h.weight D U\n",
                    "model.layers.", "transformer.h."),
       {"value-dim"}},
      {"bloom",
       type("bloom") + R"(,"hidden_size":64,"n_layer":2,"n_head":4,"vocab_size":256)",
       "word_embeddings.weight T D\n" + norm("word_embeddings_layernorm") + norm("ln_f") +
           replaced(norm(kL + "input_layernorm") + norm(kL + "post_attention_layernorm") + kL +
                        "self_attention.query_key_value.weight 192 D\n" + kL +
                        "self_attention.query_key_value.bias 192\n" +
                        square(kL + "self_attention.dense") +
                        plain(kL + "mlp.dense_h_to_4h", kL + "mlp.dense_4h_to_h"),
                    "model.layers.", "h."),
       {"value-dim", "rotary-free"}},
      {"opt",
       type("opt") + R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,)"
                     R"("ffn_dim":96,"vocab_size":256)",
       "model.decoder.embed_tokens.weight T D\nmodel.decoder.embed_positions.weight 34 D\n" +
           norm("model.decoder.final_layer_norm") +
           tower("model.decoder.layers.{l}.", "self_attn_layer_norm", "final_layer_norm") +
           plain("model.decoder.layers.{l}.fc1", "model.decoder.layers.{l}.fc2"),
       {"value-dim"}},
      {"phi",
       type("phi") + R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,)"
                     R"("partial_rotary_factor":0.5,"intermediate_size":96,"vocab_size":256)",
       "model.embed_tokens.weight T D\nlm_head.weight T D\nlm_head.bias T\n" +
           norm("model.final_layernorm") + norm(kL + "input_layernorm") +
           square(kL + "self_attn.q_proj") + square(kL + "self_attn.k_proj") +
           square(kL + "self_attn.v_proj") + square(kL + "self_attn.dense") +
           plain(kL + "mlp.fc1", kL + "mlp.fc2"),
       {"value-dim"}},
      {"bert",
       type("roberta") + R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,)"
                         R"("intermediate_size":96,"vocab_size":256)",
       "roberta.embeddings.word_embeddings.weight T D\n"
       "roberta.embeddings.position_embeddings.weight 34 D\n"
       "roberta.embeddings.token_type_embeddings.weight 1 D\n" +
           norm("roberta.embeddings.LayerNorm") +
           replaced(square(kL + "attention.self.query") + square(kL + "attention.self.key") +
                        square(kL + "attention.self.value") +
                        square(kL + "attention.output.dense") +
                        norm(kL + "attention.output.LayerNorm") +
                        plain(kL + "intermediate.dense", kL + "output.dense") +
                        norm(kL + "output.LayerNorm"),
                    "model.layers.", "roberta.encoder.layer."),
       {"value-dim", "rotary-free"}},
      {"modernbert",
       type("modernbert") + R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,)"
                            R"("intermediate_size":96,"vocab_size":256)",
       "model.embeddings.tok_embeddings.weight T D\nmodel.embeddings.norm.weight D\n"
       "model.final_norm.weight D\nmodel.layers.1.attn_norm.weight D\n" +
           kL + "mlp_norm.weight D\n" + kL + "attn.Wqkv.weight 192 D\n" + kL +
           "attn.Wo.weight D D\n" + kL + "mlp.Wi.weight 2U D\n" + kL + "mlp.Wo.weight D U\n"},
      {"vit",
       type("vit") + R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,)"
                     R"("intermediate_size":96)",
       norm("vit.layernorm") + vision("vit.encoder.layer.{l}.",
                                      norm("vit.encoder.layer.{l}.layernorm_before") +
                                          norm("vit.encoder.layer.{l}.layernorm_after"),
                                      plain("vit.encoder.layer.{l}.intermediate.dense",
                                            "vit.encoder.layer.{l}.output.dense")),
       {"value-dim", "rotary-free"}},
      {"dinov2",
       type("dinov2") + R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4)",
       norm("layernorm") +
           vision("encoder.layer.{l}.",
                  norm("encoder.layer.{l}.norm1") + norm("encoder.layer.{l}.norm2") +
                      "encoder.layer.{l}.layer_scale1.lambda1 D\n"
                      "encoder.layer.{l}.layer_scale2.lambda1 D\n",
                  plain("encoder.layer.{l}.mlp.fc1", "encoder.layer.{l}.mlp.fc2")),
       {"value-dim", "rotary-free"}},
      {"clip",
       R"("model_type":"clip","text_config":{"model_type":"clip_text_model","hidden_size":64,)"
       R"("num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":96,"vocab_size":256})",
       "text_model.embeddings.token_embedding.weight T D\n"
       "text_model.embeddings.position_embedding.weight 34 D\n" +
           norm("text_model.final_layer_norm") +
           tower("text_model.encoder.layers.{l}.", "layer_norm1", "layer_norm2") +
           plain("text_model.encoder.layers.{l}.mlp.fc1", "text_model.encoder.layers.{l}.mlp.fc2"),
       {"value-dim"}},
      {"clip_vision",
       type("siglip_vision_model") +
           R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,)"
           R"("intermediate_size":96)",
       "vision_model.embeddings.position_embedding.weight 34 D\n" +
           norm("vision_model.post_layernorm") +
           tower("vision_model.encoder.layers.{l}.", "layer_norm1", "layer_norm2") +
           plain("vision_model.encoder.layers.{l}.mlp.fc1",
                 "vision_model.encoder.layers.{l}.mlp.fc2"),
       {"value-dim"}},
      {"whisper",
       type("whisper") + R"(,"d_model":64,"decoder_layers":2,"decoder_attention_heads":4,)"
                         R"("decoder_ffn_dim":96,"vocab_size":256)",
       "model.decoder.embed_tokens.weight T D\nmodel.decoder.embed_positions.weight 34 D\n" +
           norm("model.decoder.layer_norm") +
           tower("model.decoder.layers.{l}.", "self_attn_layer_norm", "final_layer_norm") +
           plain("model.decoder.layers.{l}.fc1", "model.decoder.layers.{l}.fc2"),
       {"value-dim"}},
      {"t5",
       type("mt5") + R"(,"d_model":64,"num_layers":2,"num_heads":4,"d_kv":16,"d_ff":96,)"
                     R"("vocab_size":256)",
       "shared.weight T D\nencoder.final_layer_norm.weight D\n"
       "encoder.block.{l}.layer.0.layer_norm.weight D\n"
       "encoder.block.{l}.layer.1.layer_norm.weight D\n"
       "encoder.block.{l}.layer.0.SelfAttention.q.weight Q D\n"
       "encoder.block.{l}.layer.0.SelfAttention.k.weight Q D\n"
       "encoder.block.{l}.layer.0.SelfAttention.v.weight Q D\n"
       "encoder.block.{l}.layer.0.SelfAttention.o.weight D Q\n" +
           mlp("encoder.block.{l}.layer.1.DenseReluDense.", "wi_0", "wi_1", "wo"),
       {"mlp-unit", "value-dim", "rotary-free"}},
      {"t5_relu",
       type("t5") + R"(,"d_model":64,"num_layers":2,"num_heads":4,"d_kv":16,"d_ff":96,)"
                    R"("feed_forward_proj":"relu","vocab_size":256)",
       "shared.weight T D\nencoder.final_layer_norm.weight D\n"
       "encoder.block.{l}.layer.0.layer_norm.weight D\n"
       "encoder.block.{l}.layer.1.layer_norm.weight D\n"
       "encoder.block.{l}.layer.0.SelfAttention.q.weight Q D\n"
       "encoder.block.{l}.layer.0.SelfAttention.k.weight Q D\n"
       "encoder.block.{l}.layer.0.SelfAttention.v.weight Q D\n"
       "encoder.block.{l}.layer.0.SelfAttention.o.weight D Q\n"
       "encoder.block.{l}.layer.1.DenseReluDense.wi.weight U D\n"
       "encoder.block.{l}.layer.1.DenseReluDense.wo.weight D U\n",
       {"value-dim", "rotary-free"}},
      {"gptj",
       type("gptj") + R"(,"n_embd":64,"n_layer":2,"n_head":4,"rotary_dim":8,"vocab_size":256)",
       "transformer.wte.weight T D\nlm_head.weight T D\nlm_head.bias T\n" +
           norm("transformer.ln_f") + norm("transformer.h.{l}.ln_1") +
           "transformer.h.{l}.attn.q_proj.weight D D\ntransformer.h.{l}.attn.k_proj.weight D D\n"
           "transformer.h.{l}.attn.v_proj.weight D D\n"
           "transformer.h.{l}.attn.out_proj.weight D D\n" +
           plain("transformer.h.{l}.mlp.fc_in", "transformer.h.{l}.mlp.fc_out"),
       {"value-dim", "rotary-pair", "rotary-free"}},
      {"chatglm1",
       type("chatglm") + R"(,"hidden_size":64,"num_layers":2,"num_attention_heads":4,)"
                         R"("inner_hidden_size":96,"vocab_size":256)",
       "transformer.word_embeddings.weight T D\nlm_head.weight T D\n" +
           norm("transformer.final_layernorm") +
           replaced(norm(kL + "input_layernorm") + norm(kL + "post_attention_layernorm") + kL +
                        "attention.query_key_value.weight 192 D\n" + kL +
                        "attention.query_key_value.bias 192\n" + square(kL + "attention.dense") +
                        plain(kL + "mlp.dense_h_to_4h", kL + "mlp.dense_4h_to_h"),
                    "model.", "transformer."),
       {"value-dim"}},
      {"dinov3",
       type("dinov3_vit") + R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,)"
                            R"("intermediate_size":96)",
       dinov3(plain("layer.{l}.mlp.up_proj", "layer.{l}.mlp.down_proj")),
       {"value-dim", "rotary-pair"}},
      {"dinov3_gated",
       type("dinov3_vit") + R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,)"
                            R"("intermediate_size":96)",
       dinov3("layer.{l}.mlp.gate_proj.weight U D\nlayer.{l}.mlp.gate_proj.bias U\n" +
              plain("layer.{l}.mlp.up_proj", "layer.{l}.mlp.down_proj")),
       {"mlp-unit", "value-dim", "rotary-pair"}},
      {"gemma3n",
       R"("model_type":"gemma3n","text_config":{"model_type":"gemma3n_text"})",
       replaced(kSandwich + kAttention + kHeadNorms + kMlp, "model.", "model.language_model.") +
           "model.language_model.embed_tokens.weight T D\nmodel.language_model.norm.weight D\n",
       {"mlp-unit", "value-dim", "rotary-pair"}},
      {"jamba",
       type("jamba") + R"(,"num_experts":4,"num_experts_per_tok":2)",
       "model.embed_tokens.weight T D\nmodel.final_layernorm.weight D\nlm_head.weight T D\n" + kL +
           "input_layernorm.weight D\n" + kL + "pre_ff_layernorm.weight D\n" + kAttention + kL +
           "feed_forward.router.weight E D\n" + mlp(kL + "feed_forward.experts.{e}."),
       {"mlp-unit", "value-dim", "rotary-free"}},
      {"nemotron_h",
       type("nemotron_h"),
       "backbone.embeddings.weight T D\nbackbone.norm_f.weight D\nlm_head.weight T D\n" +
           replaced(kL + "norm.weight D\n" + attention(kL + "mixer.") + kL +
                        "mixer.up_proj.weight U D\n" + kL + "mixer.down_proj.weight D U\n",
                    "model.", "backbone."),
       {"value-dim", "rotary-free"}},
      {"falcon_h1", type("falcon_h1"),
       "model.embed_tokens.weight T D\nmodel.final_layernorm.weight D\nlm_head.weight T D\n" + kL +
           "input_layernorm.weight D\n" + kL + "pre_ff_layernorm.weight D\n" + kAttention +
           mlp(kL + "feed_forward.")},
      {"qwen2_vision",
       type("qwen2_vl_vision") + kTower,
       norm("merger.ln_q") +
           packed("norm1", "norm2", plain("blocks.{l}.mlp.fc1", "blocks.{l}.mlp.fc2")),
       {"value-dim", "rotary-pair"}},
      {"qwen3_vision",
       type("qwen3_vl_vision") + kTower,
       "pos_embed.weight 36 D\n" + norm("merger.norm") +
           packed("norm1", "norm2",
                  plain("blocks.{l}.mlp.linear_fc1", "blocks.{l}.mlp.linear_fc2")),
       {"value-dim", "rotary-pair"}},
      {"intern_vit",
       type("intern_vit_6b") + kTower,
       "embeddings.position_embedding 1 17 D\n" +
           replaced(packed("norm1", "norm2",
                           "blocks.{l}.ls1 D\nblocks.{l}.ls2 D\n" +
                               plain("blocks.{l}.mlp.fc1", "blocks.{l}.mlp.fc2")),
                    "blocks.", "encoder.layers."),
       {"value-dim", "rotary-free"}},
      {"internvl_vision",
       type("internvl_vision") + kTower,
       "vision_tower.embeddings.position_embeddings 1 17 D\n" +
           replaced(norm(kL + "layernorm_before") + norm(kL + "layernorm_after") + kL +
                        "lambda_1 D\n" + kL + "lambda_2 D\n" + square(kL + "attention.q_proj") +
                        square(kL + "attention.k_proj") + square(kL + "attention.v_proj") +
                        square(kL + "attention.projection_layer") +
                        plain(kL + "mlp.fc1", kL + "mlp.fc2"),
                    "model.layers.", "vision_tower.encoder.layer."),
       {"value-dim", "rotary-free"}},
      {"arcee",
       type("arcee"),
       kEnds + kNorms + kAttention + kL + "mlp.up_proj.weight U D\n" + kL +
           "mlp.down_proj.weight D U\n",
       {"value-dim", "rotary-pair"}},
      {"apertus",
       type("apertus"),
       kEnds + kL + "attention_layernorm.weight D\n" + kL + "feedforward_layernorm.weight D\n" +
           kAttention + kHeadNorms + kL + "mlp.up_proj.weight U D\n" + kL +
           "mlp.down_proj.weight D U\n",
       {"value-dim", "rotary-pair"}},
      {"ernie4_5",
       type("ernie4_5"),
       kEnds + kNorms + kAttention + kMlp,
       {"mlp-unit", "value-dim", "rotary-pair"}},
      {"ernie4_5_moe", type("ernie4_5_moe") + R"(,"moe_num_experts":4,"moe_intermediate_size":96)",
       kEnds + kNorms + kAttention + kExperts + kShared},
      {"orion", type("orion"),
       "model.embed_tokens.weight T D\nlm_head.weight T D\n" + norm("model.norm") +
           norm(kL + "input_layernorm") + norm(kL + "post_attention_layernorm") + kAttention +
           kMlp},
      {"mpt",
       type("mpt") + R"(,"d_model":64,"n_layers":2,"n_heads":4,"vocab_size":256)",
       "transformer.wte.weight T D\ntransformer.norm_f.weight D\n" +
           replaced(kL + "norm_1.weight D\n" + kL + "norm_2.weight D\n" + kL +
                        "attn.Wqkv.weight 192 D\n" + kL + "attn.out_proj.weight D D\n" + kL +
                        "ffn.up_proj.weight U D\n" + kL + "ffn.down_proj.weight D U\n",
                    "model.layers.", "transformer.blocks."),
       {"value-dim"}},
      {"gpt_bigcode",
       type("gpt_bigcode") +
           R"(,"n_embd":64,"n_layer":2,"n_head":4,"multi_query":true,"vocab_size":256)",
       "transformer.wte.weight T D\ntransformer.wpe.weight 32 D\n" + norm("transformer.ln_f") +
           norm("transformer.h.{l}.ln_1") + norm("transformer.h.{l}.ln_2") +
           "transformer.h.{l}.attn.c_attn.weight 96 D\ntransformer.h.{l}.attn.c_attn.bias 96\n" +
           square("transformer.h.{l}.attn.c_proj") +
           plain("transformer.h.{l}.mlp.c_fc", "transformer.h.{l}.mlp.c_proj"),
       {"value-dim", "rotary-free"}},
      {"yi", type("Yi"), kEnds + kL + "ln1.weight D\n" + kL + "ln2.weight D\n" + kAttention + kMlp},
      {"llama", R"("model_type":"mllama","text_config":{"model_type":"mllama_text_model"})",
       replaced(kEnds + kNorms + kAttention + kMlp, "model.", "language_model.model.")},
      {"gpt_neo",
       type("gpt_neo") + R"(,"hidden_size":64,"num_layers":2,"num_heads":4,"vocab_size":256)",
       "transformer.wte.weight T D\ntransformer.wpe.weight 32 D\n" + norm("transformer.ln_f") +
           norm("transformer.h.{l}.ln_1") + norm("transformer.h.{l}.ln_2") +
           "transformer.h.{l}.attn.attention.q_proj.weight D D\n"
           "transformer.h.{l}.attn.attention.k_proj.weight D D\n"
           "transformer.h.{l}.attn.attention.v_proj.weight D D\n" +
           square("transformer.h.{l}.attn.attention.out_proj") +
           plain("transformer.h.{l}.mlp.c_fc", "transformer.h.{l}.mlp.c_proj"),
       {"value-dim", "rotary-free"}},
      {"distilbert",
       type("distilbert") + R"(,"dim":64,"n_layers":2,"n_heads":4,"hidden_dim":96,)"
                            R"("vocab_size":256)",
       "distilbert.embeddings.word_embeddings.weight T D\n"
       "distilbert.embeddings.position_embeddings.weight 34 D\n" +
           norm("distilbert.embeddings.LayerNorm") +
           replaced(square(kL + "attention.q_lin") + square(kL + "attention.k_lin") +
                        square(kL + "attention.v_lin") + square(kL + "attention.out_lin") +
                        norm(kL + "sa_layer_norm") + norm(kL + "output_layer_norm") +
                        plain(kL + "ffn.lin1", kL + "ffn.lin2"),
                    "model.layers.", "distilbert.transformer.layer."),
       {"value-dim", "rotary-free"}},
      {"deberta_v2",
       type("deberta-v2") + kTower,
       "deberta.embeddings.word_embeddings.weight T D\n" + norm("deberta.embeddings.LayerNorm") +
           replaced(
               square(kL + "attention.self.query_proj") + square(kL + "attention.self.key_proj") +
                   square(kL + "attention.self.value_proj") +
                   square(kL + "attention.output.dense") + norm(kL + "attention.output.LayerNorm") +
                   plain(kL + "intermediate.dense", kL + "output.dense") +
                   norm(kL + "output.LayerNorm"),
               "model.layers.", "deberta.encoder.layer."),
       {"value-dim", "rotary-free"}},
      {"albert",
       type("albert") + kTower,
       replaced(norm(kL + "full_layer_layer_norm") + norm(kL + "attention.LayerNorm") +
                    square(kL + "attention.query") + square(kL + "attention.key") +
                    square(kL + "attention.value") + square(kL + "attention.dense") +
                    plain(kL + "ffn", kL + "ffn_output"),
                "model.layers.{l}.", "albert.encoder.albert_layer_groups.{l}.albert_layers.0."),
       {"value-dim", "rotary-free"}},
      {"nomic_bert", type("nomic_bert") + R"(,"n_embd":64,"n_layer":2,"n_head":4,"vocab_size":256)",
       "embeddings.word_embeddings.weight T D\nembeddings.token_type_embeddings.weight 2 D\n" +
           norm("emb_ln") +
           replaced(norm(kL + "norm1") + norm(kL + "norm2") + kL + "attn.Wqkv.weight 192 D\n" + kL +
                        "attn.out_proj.weight D D\n" + mlp(kL + "mlp.", "fc12", "fc11", "fc2"),
                    "model.layers.", "encoder.layers.")},
      {"lfm2",
       type("lfm2"),
       "model.embed_tokens.weight T D\nmodel.embedding_norm.weight D\n" + kL +
           "operator_norm.weight D\n" + kL + "ffn_norm.weight D\n" +
           attention(kL + "self_attn.", "out_proj") + kL + "self_attn.q_layernorm.weight N\n" + kL +
           "self_attn.k_layernorm.weight N\n" + mlp(kL + "feed_forward.", "w1", "w3", "w2"),
       {"mlp-unit", "value-dim", "rotary-pair"}},
      {"hunyuan_moe",
       type("hunyuan_v1_moe") + kMoe,
       kEnds + kNorms + kAttention + kL + "self_attn.query_layernorm.weight N\n" + kL +
           "self_attn.key_layernorm.weight N\n" + kL + "mlp.gate.wg.weight E D\n" +
           mlp(kL + "mlp.experts.{e}.") + mlp(kL + "mlp.shared_mlp."),
       {"mlp-unit", "value-dim", "rotary-pair"}},
      {"bailing_moe", type("bailing_moe") + kMoe,
       "model.word_embeddings.weight T D\nmodel.norm.weight D\nlm_head.weight T D\n" + kNorms + kL +
           "attention.query_key_value.weight 128 D\n" + kL + "attention.dense.weight D Q\n" +
           kExperts + kShared},
      {"persimmon",
       type("persimmon") + R"(,"num_key_value_heads":4)",
       "model.embed_tokens.weight T D\nlm_head.weight T D\n" + norm("model.final_layernorm") +
           norm(kL + "input_layernorm") + norm(kL + "post_attention_layernorm") + kL +
           "self_attn.query_key_value.weight 192 D\n" + kL +
           "self_attn.query_key_value.bias 192\n" + square(kL + "self_attn.dense") +
           plain(kL + "mlp.dense_h_to_4h", kL + "mlp.dense_4h_to_h"),
       {"value-dim"}},
      {"bart",
       type("bart") + R"(,"d_model":64,"encoder_layers":2,"encoder_attention_heads":4,)"
                      R"("encoder_ffn_dim":96,"vocab_size":256)",
       "model.shared.weight T D\nmodel.encoder.embed_positions.weight 34 D\n" +
           norm("model.encoder.layernorm_embedding") +
           tower("model.encoder.layers.{l}.", "self_attn_layer_norm", "final_layer_norm") +
           plain("model.encoder.layers.{l}.fc1", "model.encoder.layers.{l}.fc2"),
       {"value-dim"}},
      {"llama",  // fewer keys in the second layer
       type("nemotron-nas") +
           R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":null,)"
           R"("num_key_value_heads":null,"vocab_size":256,"block_configs":[)"
           R"({"attention":{"n_heads_in_group":2,"no_op":false},"ffn":{"ffn_mult":1.5}},)"
           R"({"attention":{"n_heads_in_group":4,"no_op":false},"ffn":{"ffn_mult":1.5}}])",
       kEnds + kNorms + kMlp + replaced(kAttention, "{l}", "0") +
           replaced(replaced(kAttention, "{l}", "1"), " K D", " 16 D")},
      {"openelm",  // fewer heads and units in the second layer
       type("openelm") +
           R"(,"model_dim":64,"num_transformer_layers":2,"num_query_heads":[4,2],)"
           R"("num_kv_heads":[2,1],"head_dim":16,"ffn_multipliers":[1.5,0.75],"vocab_size":256)",
       "transformer.token_embeddings.weight T D\ntransformer.norm.weight D\n" +
           replaced(kL + "attn_norm.weight D\n" + kL + "ffn_norm.weight D\n" + kL +
                        "attn.q_norm.weight N\n" + kL + "attn.k_norm.weight N\n",
                    "model.", "transformer.") +
           "transformer.layers.0.attn.qkv_proj.weight 128 D\n"
           "transformer.layers.0.attn.out_proj.weight D 64\n"
           "transformer.layers.0.ffn.proj_1.weight 2U D\n"
           "transformer.layers.0.ffn.proj_2.weight D U\n"
           "transformer.layers.1.attn.qkv_proj.weight 64 D\n"
           "transformer.layers.1.attn.out_proj.weight D 32\n"
           "transformer.layers.1.ffn.proj_1.weight 96 D\n"
           "transformer.layers.1.ffn.proj_2.weight D 48\n"},
      {"pixtral_vision",
       type("pixtral") + kTower,
       replaced(kL + "attention_norm.weight D\n" + kL + "ffn_norm.weight D\n" + kL +
                    "attention.q_proj.weight D D\n" + kL + "attention.k_proj.weight D D\n" + kL +
                    "attention.v_proj.weight D D\n" + kL + "attention.o_proj.weight D D\n" +
                    mlp(kL + "feed_forward."),
                "model.", "transformer."),
       {"mlp-unit", "value-dim", "rotary-pair"}},
  };
  return kLayouts;
}

}  // namespace kindred::clitest
