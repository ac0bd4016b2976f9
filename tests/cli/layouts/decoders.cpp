// Decoders with gated MLPs, and dense ones beside them.
#include "cli/layouts/groups.hpp"
#include "cli/layouts/parts.hpp"

namespace kindred::clitest::families {

std::vector<Layout> denseDecoders() {
  return {
      {"qwen3", R"("model_type":"qwen3_vl","text_config":{"model_type":"qwen3_vl_text"})",
       replaced(kNorms + kAttention + kHeadNorms + kMlp, "model.", "model.language_model.") +
           "model.language_model.embed_tokens.weight T D\nmodel.language_model.norm.weight D\n"
           "lm_head.weight T D\n"},
      {"llama", R"("model_type":"mistral3","text_config":{"model_type":"ministral3"})",
       replaced(kEnds + kNorms + kAttention + kMlp, "model.", "language_model.model.")},
      {"glm4", type("glm4"),
       kEnds + kNorms + kBiases + kAttention + kL + "post_self_attn_layernorm.weight D\n" + kL +
           "post_mlp_layernorm.weight D\n" + kL + "mlp.gate_up_proj.weight 2U D\n" + kL +
           "mlp.down_proj.weight D U\n"},
      {"hunyuan",
       type("hunyuan_v1_dense"),
       kEnds + kNorms + kAttention + kMlp + kL + "self_attn.query_layernorm.weight N\n" + kL +
           "self_attn.key_layernorm.weight N\n",
       {"mlp-unit", "value-dim", "rotary-pair"}},
      {"stablelm", type("stablelm"),
       "model.embed_tokens.weight T D\nlm_head.weight T D\n" + norm("model.norm") +
           norm(kL + "input_layernorm") + norm(kL + "post_attention_layernorm") + kAttention +
           kBiases + kMlp},
      {"olmo", type("olmo"), kEnds.substr(0, kEnds.find("model.norm")) + kAttention + kMlp},
      {"olmo2", type("olmo3"), kEnds + kPostNorms + kAttention + kFullNorms + kMlp},
      {"llama", type("granite"), kEnds + kNorms + kAttention + kMlp},
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
      {"hyperclovax", type("hyperclovax"),
       kEnds + kNorms + kL + "post_norm1.weight D\n" + kL + "post_norm2.weight D\n" + kAttention +
           kMlp},
      {"pangu_embedded", type("PanguEmbedded"),
       kEnds + kNorms + kBiases + kL + "self_attn.o_proj.bias D\n" + kAttention + kMlp},
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
      {"orion", type("orion"),
       "model.embed_tokens.weight T D\nlm_head.weight T D\n" + norm("model.norm") +
           norm(kL + "input_layernorm") + norm(kL + "post_attention_layernorm") + kAttention +
           kMlp},
      {"yi", type("Yi"), kEnds + kL + "ln1.weight D\n" + kL + "ln2.weight D\n" + kAttention + kMlp},
      {"llama", R"("model_type":"mllama","text_config":{"model_type":"mllama_text_model"})",
       replaced(kEnds + kNorms + kAttention + kMlp, "model.", "language_model.model.")},
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
  };
}

}  // namespace kindred::clitest::families
