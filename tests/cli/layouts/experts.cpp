// Decoders with routed experts.
#include "cli/layouts/groups.hpp"
#include "cli/layouts/parts.hpp"

namespace kindred::clitest::families {

std::vector<Layout> expertDecoders() {
  return {
      {"llama4", type("llama4_text") + R"(,"num_local_experts":4,"num_experts_per_tok":1)",
       kEnds + kNorms + kAttention + kL + "feed_forward.router.weight E D\n" + kL +
           "feed_forward.experts.gate_up_proj E D 2U\n" + kL +
           "feed_forward.experts.down_proj E U D\n" + mlp(kL + "feed_forward.shared_expert.")},
      {"llama4", type("llama4_text") + kMoe,
       kEnds + kNorms + kAttention +
           replaced(replaced(kExperts, "mlp.gate.", "mlp.router."), "mlp.", "feed_forward.") +
           mlp(kL + "feed_forward.shared_expert.")},
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
      {"olmoe", type("olmoe") + kMoe, kEnds + kNorms + kAttention + kFullNorms + kExperts},
      {"granitemoe", type("granitemoeshared") + R"(,"num_local_experts":4)",
       kEnds + kNorms + kAttention + kL + "block_sparse_moe.router.layer.weight E D\n" + kL +
           "block_sparse_moe.input_linear.weight E 2U D\n" + kL +
           "block_sparse_moe.output_linear.weight E D U\n" + kL +
           "shared_mlp.input_linear.weight 2U D\n" + kL + "shared_mlp.output_linear.weight D U\n"},
      {"granitemoe",  // without experts; the first layer is a state-space model
       type("granitemoehybrid"),
       kEnds + kNorms + replaced(kAttention, kL, "model.layers.1.") + kL +
           "shared_mlp.input_linear.weight 2U D\n" + kL + "shared_mlp.output_linear.weight D U\n",
       {"mlp-unit", "value-dim"},
       replaced(kL + "in_proj.weight 214 D\n" + kL + "conv1d.weight 112 1 4\n" + kL +
                    "conv1d.bias 112\n" + kL + "A_log 6\n" + kL + "D 6\n" + kL + "dt_bias 6\n" +
                    kL + "norm.weight 96\n" + kL + "out_proj.weight D 96\n",
                kL, "model.layers.0.mamba.")},
      {"exaone_moe", type("exaone_moe") + kMoe,
       kEnds + kNorms + kAttention + kHeadNorms + kExperts + kCorrection + kShared},
      {"pangu_pro_moe", type("PanguProMoE") + kMoe,
       kEnds + kNorms + kBiases + kL + "self_attn.o_proj.bias D\n" + kAttention + kExperts +
           mlp(kL + "mlp.shared_expert.")},
      {"ernie4_5_moe", type("ernie4_5_moe") + R"(,"moe_num_experts":4,"moe_intermediate_size":96)",
       kEnds + kNorms + kAttention + kExperts + kShared},
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
      {"dbrx",
       type("dbrx") + R"(,"d_model":64,"n_layers":2,"n_heads":4,"vocab_size":256,)"
                      R"("attn_config":{"model_type":"","kv_n_heads":2},)"
                      R"("ffn_config":{"ffn_hidden_size":96,"moe_num_experts":4,"moe_top_k":2})",
       "transformer.wte.weight T D\ntransformer.norm_f.weight D\nlm_head.weight T D\n" +
           replaced(kL + "norm_attn_norm.norm_1.weight D\n" + kL +
                        "norm_attn_norm.norm_2.weight D\n" + kL +
                        "norm_attn_norm.attn.Wqkv.weight 128 D\n" + kL +
                        "norm_attn_norm.attn.out_proj.weight D Q\n" + kL +
                        "ffn.router.layer.weight E D\n" + kL + "ffn.experts.mlp.w1 EU D\n" + kL +
                        "ffn.experts.mlp.v1 EU D\n" + kL + "ffn.experts.mlp.w2 EU D\n",
                    "model.layers.", "transformer.blocks.")},
      {"step3p5",  // more heads where a window is seen
       type("step3p5") +
           R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"head_dim":16,)"
           R"("num_attention_groups":2,"vocab_size":256,"intermediate_size":96,)"
           R"("layer_types":["full_attention","sliding_attention"],)"
           R"("partial_rotary_factors":[0.5,1.0],"attention_other_setting":{)"
           R"("attention_type":"sliding_attention","num_attention_heads":6,)"
           R"("num_attention_groups":2,"head_dim":16},"moe_num_experts":4,"moe_top_k":2,)"
           R"("moe_intermediate_size":96)",
       kEnds + kNorms + kHeadNorms + replaced(kAttention, "{l}", "0") +
           replaced(replaced(replaced(kAttention, "{l}", "1"), " Q D", " 96 D"), " D Q", " D 96") +
           kL + "moe.gate.weight E D\n" + kL + "moe.router_bias E\n" + kL +
           "moe.gate_proj.weight E U D\n" + kL + "moe.up_proj.weight E U D\n" + kL +
           "moe.down_proj.weight E D U\n" + mlp(kL + "share_expert."),
       {"mlp-unit", "value-dim"},
       "model.layers.0.self_attn.g_proj.weight 4 D\nmodel.layers.1.self_attn.g_proj.weight 6 D\n"},
      {"minimax_m3",  // one is added to what up rows give, so that these have no signs
       R"("model_type":"minimax_m3_vl","text_config":{"model_type":"minimax_m2","rotary_dim":8},)"
       R"("num_local_experts":4,"num_experts_per_tok":2)",
       replaced(kEnds + kNorms + kAttention + kHeadNorms + replaced(kMlp, "{l}", "0") +
                    replaced("model.layers.{l}.block_sparse_moe.gate.weight E D\n"
                             "model.layers.{l}.block_sparse_moe.e_score_correction_bias E\n" +
                                 mlp(kL + "block_sparse_moe.experts.{e}.", "w1", "w3", "w2") +
                                 mlp(kL + "block_sparse_moe.shared_experts."),
                             "{l}", "1"),
                "model.", "language_model.model."),
       {"value-dim", "rotary-free"},
       "language_model.model.layers.1.self_attn.index_q_proj.weight 64 D\n"
       "language_model.model.layers.1.self_attn.index_k_proj.weight N D\n"},
  };
}

}  // namespace kindred::clitest::families
