// State-space models and linear attention in some layers or beside attention.
#include "cli/layouts/groups.hpp"
#include "cli/layouts/parts.hpp"

namespace kindred::clitest::families {

std::vector<Layout> hybrids() {
  return {
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
      {"nemotron_h",  // with experts, and a state-space layer
       type("nemotron_h") +
           R"(,"n_routed_experts":4,"num_experts_per_tok":2,"moe_intermediate_size":96)",
       "backbone.embeddings.weight T D\nbackbone.norm_f.weight D\nlm_head.weight T D\n" +
           replaced(kL + "norm.weight D\n" + attention(kL + "mixer.") + kL +
                        "mixer.gate.weight E D\n" + kL + "mixer.gate.e_score_correction_bias E\n" +
                        kL + "mixer.experts.{e}.up_proj.weight U D\n" + kL +
                        "mixer.experts.{e}.down_proj.weight D U\n" + kL +
                        "mixer.shared_experts.up_proj.weight U D\n" + kL +
                        "mixer.shared_experts.down_proj.weight D U\n",
                    "model.", "backbone."),
       {"value-dim", "rotary-free"},
       "backbone.layers.2.mixer.in_proj.weight 214 D\nbackbone.layers.2.mixer.A_log 6\n"
       "backbone.layers.2.mixer.fc1_latent_proj.weight 32 D\n"},
      {"nemotron_h",  // with a layer's experts in one tensor
       type("nemotron_h") +
           R"(,"n_routed_experts":4,"num_experts_per_tok":2,"moe_intermediate_size":96)",
       "backbone.embeddings.weight T D\nbackbone.norm_f.weight D\nlm_head.weight T D\n" +
           replaced(kL + "norm.weight D\n" + attention(kL + "mixer.") + kL +
                        "mixer.gate.weight E D\n" + kL + "mixer.experts.up_proj E U D\n" + kL +
                        "mixer.experts.down_proj E D U\n",
                    "model.", "backbone."),
       {"value-dim", "rotary-free"}},
      {"falcon_h1", type("falcon_h1"),
       "model.embed_tokens.weight T D\nmodel.final_layernorm.weight D\nlm_head.weight T D\n" + kL +
           "input_layernorm.weight D\n" + kL + "pre_ff_layernorm.weight D\n" + kAttention +
           mlp(kL + "feed_forward.")},
      {"lfm2",
       type("lfm2"),
       "model.embed_tokens.weight T D\nmodel.embedding_norm.weight D\n" + kL +
           "operator_norm.weight D\n" + kL + "ffn_norm.weight D\n" +
           attention(kL + "self_attn.", "out_proj") + kL + "self_attn.q_layernorm.weight N\n" + kL +
           "self_attn.k_layernorm.weight N\n" + mlp(kL + "feed_forward.", "w1", "w3", "w2"),
       {"mlp-unit", "value-dim", "rotary-pair"}},
      {"mamba",
       type("mamba"),
       "backbone.embeddings.weight T D\nbackbone.norm_f.weight D\nlm_head.weight T D\n" +
           replaced(kL + "norm.weight D\n" + kL + "mixer.in_proj.weight 2U D\n" + kL +
                        "mixer.out_proj.weight D U\n",
                    "model.", "backbone."),
       {"residual-dim"},
       replaced(kL + "conv1d.weight U 1 4\n" + kL + "conv1d.bias U\n" + kL +
                    "x_proj.weight 20 U\n" + kL + "dt_proj.weight U 4\n" + kL + "dt_proj.bias U\n" +
                    kL + "A_log U 8\n" + kL + "D U\n",
                "model.layers.{l}.", "backbone.layers.{l}.mixer.")},
      {"mamba2",  // gates, what is mixed, then two times 8 rows of the state and a step for each
                  // head
       type("mamba2") + R"(,"hidden_size":64,"num_hidden_layers":2,"num_heads":6,"head_dim":16,)"
                        R"("state_size":8,"n_groups":1,"vocab_size":256)",
       "backbone.embeddings.weight T D\nbackbone.norm_f.weight D\nlm_head.weight T D\n" +
           replaced(kL + "norm.weight D\n" + kL + "mixer.in_proj.weight 214 D\n" + kL +
                        "mixer.out_proj.weight D 96\n",
                    "model.", "backbone."),
       {"residual-dim"},
       replaced(kL + "conv1d.weight 112 1 4\n" + kL + "conv1d.bias 112\n" + kL + "dt_bias 6\n" +
                    kL + "A_log 6\n" + kL + "D 6\n" + kL + "norm.weight 96\n",
                "model.layers.{l}.", "backbone.layers.{l}.mixer.")},
      {"mamba",  // as its authors name it, and no type
       R"("d_model":64,"n_layer":2,"vocab_size":256,"ssm_cfg":{},"rms_norm":true)",
       "backbone.embedding.weight T D\nbackbone.norm_f.weight D\nlm_head.weight T D\n" +
           replaced(kL + "norm.weight D\n" + kL + "mixer.in_proj.weight 2U D\n" + kL +
                        "mixer.out_proj.weight D U\n",
                    "model.", "backbone."),
       {"residual-dim"},
       replaced(kL + "conv1d.weight U 1 4\n" + kL + "x_proj.weight 20 U\n" + kL + "A_log U 8\n",
                "model.layers.{l}.", "backbone.layers.{l}.mixer.")},
      {"rwkv",  // the seventh, as flash-linear-attention names it
       type("rwkv7"),
       "model.embeddings.weight T D\nlm_head.weight T D\n" + norm("model.norm") +
           norm(kL + "attn_norm") + norm(kL + "ffn_norm") + kL + "ffn.key.weight 96 D\n" + kL +
           "ffn.value.weight D 96\n",
       {"mlp-unit"},
       kL + "attn.k_proj.weight D D\n" + kL + "ffn.x_k D\n"},
      {"rwkv",  // units that keep their order
       type("rwkv"),
       "rwkv.embeddings.weight T D\nhead.weight T D\n" + norm("rwkv.ln_out") +
           replaced(norm(kL + "ln1") + norm(kL + "ln2") + kL + "feed_forward.key.weight 96 D\n" +
                        kL + "feed_forward.value.weight D 96\n",
                    "model.layers.", "rwkv.blocks."),
       {"mlp-unit"},
       "rwkv.blocks.{l}.attention.key.weight D D\nrwkv.blocks.{l}.attention.value.weight D D\n"
       "rwkv.blocks.{l}.attention.receptance.weight D D\n"
       "rwkv.blocks.{l}.attention.output.weight D D\nrwkv.blocks.{l}.attention.time_decay D\n"
       "rwkv.blocks.{l}.feed_forward.receptance.weight D D\n"},
  };
}

}  // namespace kindred::clitest::families
