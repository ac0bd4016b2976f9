// Latent attention.
#include <cstring>

#include "cli/layouts/groups.hpp"
#include "cli/layouts/parts.hpp"

namespace kindred::clitest::families {
namespace {

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

// One of both halves of LongCat's layers.
std::string twice(int half) {
  const std::string which = "." + std::to_string(half) + ".";
  std::string text = latent(mlp(kL + "mlps."));
  for (const char* part :
       {"self_attn.", "mlps.", "input_layernorm.", "post_attention_layernorm."}) {
    text = replaced(text, part, std::string(part, std::strlen(part) - 1) + which);
  }
  return text.substr(kEnds.size());
}

}  // namespace

std::vector<Layout> latentDecoders() {
  return {
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
      {"axk2",  // rows of gates behind the queries of each head, and the latent before its norm
       type("axk2") + kLatent + kMoe,
       replaced(replaced(latent(kExperts + kCorrection + kShared), "q_b_proj.weight 96 32",
                         "q_b_proj.weight 160 64"),
                "layernorm.weight D", "layernorm.norm.weight D"),
       {"mlp-unit", "latent-dim", "value-dim", "rotary-free"},
       replaced(kL + "input_layernorm.mlp.fc1.weight 4 D\n" + kL +
                    "input_layernorm.mlp.fc2.weight D 4\n",
                "{l}", "1") +
           kL + "self_attn.indexer.wk.weight 16 D\n"},
      {"openpangu_v2",
       type("openpangu_v2") + kLatent + kMoe + R"(,"rope_interleave":false)",
       latent(kExperts + kL + "mlp.e_score_correction.bias E\n" + kShared + kL +
              "pre_mlp_layernorm.weight D\n" + kL + "post_mlp_layernorm.weight D\n"),
       {"mlp-unit", "latent-dim", "value-dim", "rotary-free"},
       kL + "self_attn.qa_conv.weight 32 1 3\n" + kL + "self_attn.o_conv.weight Q 1 3\n" + kL +
           "self_attn.param_sink_k_pe 4 8\n" + kL + "attn_mhc_module.phi.weight 24 256\n"},
      {"longcat",  // attention and a dense MLP twice a layer
       type("longcat_flash") + kLatent +
           R"(,"hidden_size":64,"num_layers":2,"num_attention_heads":4,"ffn_hidden_size":96,)"
           R"("expert_ffn_hidden_size":96,"n_routed_experts":4,"zero_expert_num":2,"moe_topk":2,)"
           R"("vocab_size":256)",
       twice(0) + twice(1) + kEnds + mlp(kL + "mlp.experts.{e}."),
       {"mlp-unit", "latent-dim", "value-dim", "rotary-free"},
       kL + "mlp.router.classifier.weight 6 D\n" + kL + "mlp.router.e_score_correction_bias 6\n"},
      {"kimi_linear",  // the first layer has linear attention
       type("kimi_linear") + kMoe +
           R"(,"q_lora_rank":null,"kv_lora_rank":32,"qk_rope_head_dim":8,"qk_nope_head_dim":16,)"
           R"("v_head_dim":16)",
       kEnds + kNorms + kL + "self_attn.o_proj.weight D Q\n" + kL +
           "block_sparse_moe.gate.weight E D\n" + kL +
           "block_sparse_moe.gate.e_score_correction_bias E\n" +
           mlp(kL + "block_sparse_moe.experts.{e}.", "w1", "w3", "w2") +
           mlp(kL + "block_sparse_moe.shared_experts.") +
           "model.layers.1.self_attn.q_proj.weight 96 D\n"
           "model.layers.1.self_attn.kv_a_proj_with_mqa.weight 40 D\n"
           "model.layers.1.self_attn.kv_a_layernorm.weight 32\n"
           "model.layers.1.self_attn.kv_b_proj.weight 128 32\n",
       {"mlp-unit", "latent-dim", "value-dim", "rotary-free"},
       replaced(kL + "q_proj.weight Q D\n" + kL + "k_proj.weight Q D\n" + kL +
                    "v_proj.weight Q D\n" + kL + "q_conv1d.weight Q 1 4\n" + kL +
                    "k_conv1d.weight Q 1 4\n" + kL + "v_conv1d.weight Q 1 4\n" + kL +
                    "f_a_proj.weight N D\n" + kL + "f_b_proj.weight Q N\n" + kL +
                    "b_proj.weight 4 D\n" + kL + "g_a_proj.weight N D\n" + kL +
                    "g_b_proj.weight Q N\n" + kL + "A_log 1 1 4 1\n" + kL + "dt_bias Q\n" + kL +
                    "o_norm.weight N\n",
                kL, "model.layers.0.self_attn.")},
  };
}

}  // namespace kindred::clitest::families
