// Decoders of before gated MLPs, and those that kept their ways.
#include "cli/layouts/groups.hpp"
#include "cli/layouts/parts.hpp"

namespace kindred::clitest::families {

std::vector<Layout> olderDecoders() {
  return {
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
      {"persimmon",
       type("persimmon") + R"(,"num_key_value_heads":4)",
       "model.embed_tokens.weight T D\nlm_head.weight T D\n" + norm("model.final_layernorm") +
           norm(kL + "input_layernorm") + norm(kL + "post_attention_layernorm") + kL +
           "self_attn.query_key_value.weight 192 D\n" + kL +
           "self_attn.query_key_value.bias 192\n" + square(kL + "self_attn.dense") +
           plain(kL + "mlp.dense_h_to_4h", kL + "mlp.dense_4h_to_h"),
       {"value-dim"}},
  };
}

}  // namespace kindred::clitest::families
