// Encoders of text and sound, and what decodes beside them.
#include "cli/layouts/groups.hpp"
#include "cli/layouts/parts.hpp"

namespace kindred::clitest::families {

std::vector<Layout> encoders() {
  return {
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
      {"modernbert",  // the decoder
       type("modernbert-decoder") +
           R"(,"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,)"
           R"("intermediate_size":96,"vocab_size":256,"layer_types":["full_attention",)"
           R"("sliding_attention"],"rope_parameters":{"full_attention":{"rope_theta":160000,)"
           R"("rope_type":"default"},"sliding_attention":{"rope_theta":10000,)"
           R"("rope_type":"default"}})",
       "model.embeddings.tok_embeddings.weight T D\nmodel.embeddings.norm.weight D\n"
       "model.final_norm.weight D\nmodel.layers.1.attn_norm.weight D\n" +
           kL + "mlp_norm.weight D\n" + kL + "attn.q_proj.weight D D\n" + kL +
           "attn.k_proj.weight D D\n" + kL + "attn.v_proj.weight D D\n" + kL +
           "attn.Wo.weight D D\n" + kL + "mlp.Wi.weight 2U D\n" + kL + "mlp.Wo.weight D U\n",
       {"mlp-unit", "value-dim", "rotary-pair"},
       "lm_head.dense.weight D D\nlm_head.norm.weight D\ndecoder.bias T\n"},
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
       {"mlp-unit", "value-dim", "rotary-free"},
       "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight 32 4\n"},
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
      {"bart",
       type("bart") + R"(,"d_model":64,"encoder_layers":2,"encoder_attention_heads":4,)"
                      R"("encoder_ffn_dim":96,"vocab_size":256)",
       "model.shared.weight T D\nmodel.encoder.embed_positions.weight 34 D\n" +
           norm("model.encoder.layernorm_embedding") +
           tower("model.encoder.layers.{l}.", "self_attn_layer_norm", "final_layer_norm") +
           plain("model.encoder.layers.{l}.fc1", "model.encoder.layers.{l}.fc2"),
       {"value-dim"}},
      {"marian",
       type("marian") + R"(,"d_model":64,"encoder_layers":2,"encoder_attention_heads":4,)"
                        R"("encoder_ffn_dim":96,"vocab_size":256)",
       "model.shared.weight T D\n" +
           tower("model.encoder.layers.{l}.", "self_attn_layer_norm", "final_layer_norm") +
           plain("model.encoder.layers.{l}.fc1", "model.encoder.layers.{l}.fc2"),
       {"value-dim", "rotary-free"},
       "final_logits_bias 1 T\n"},
      {"xlm_roberta_flash",  // adapters of a task beside each matrix
       type("xlm-roberta") + kTower,
       "roberta.embeddings.word_embeddings.parametrizations.weight.original T D\n"
       "roberta.embeddings.token_type_embeddings.parametrizations.weight.original 1 D\n" +
           norm("roberta.emb_ln") +
           replaced(
               norm(kL + "norm1") + norm(kL + "norm2") +
                   replaced(kL + "mixer.Wqkv.weight 192 D\n" + kL + "mixer.out_proj.weight D D\n" +
                                kL + "mlp.fc1.weight U D\n" + kL + "mlp.fc2.weight D U\n",
                            "weight ", "parametrizations.weight.original ") +
                   kL + "mixer.Wqkv.bias 192\n" + kL + "mixer.out_proj.bias D\n" + kL +
                   "mlp.fc1.bias U\n" + kL + "mlp.fc2.bias D\n",
               "model.", "roberta.encoder."),
       {"value-dim", "rotary-pair"},
       "roberta.encoder.layers.{l}.mixer.Wqkv.parametrizations.weight.0.lora_A 5 4 D\n"
       "roberta.encoder.layers.{l}.mixer.Wqkv.parametrizations.weight.0.lora_B 5 192 4\n"},
      {"jina_bert",
       type("bert") + kTower,
       "embeddings.word_embeddings.weight T D\nembeddings.token_type_embeddings.weight 2 D\n" +
           norm("embeddings.LayerNorm") +
           replaced(
               square(kL + "attention.self.query") + square(kL + "attention.self.key") +
                   square(kL + "attention.self.value") + square(kL + "attention.output.dense") +
                   norm(kL + "attention.output.LayerNorm") + kL + "mlp.gated_layers.weight 2U D\n" +
                   kL + "mlp.wo.weight D U\n" + kL + "mlp.wo.bias D\n" + norm(kL + "mlp.layernorm"),
               "model.layers.", "encoder.layer."),
       {"mlp-unit", "value-dim", "rotary-free"}},
      {"jina_bert_code",  // what is gated comes first, and means are taken off queries and keys
       type("bert") + kTower,
       "embeddings.word_embeddings.weight T D\nembeddings.token_type_embeddings.weight 2 D\n" +
           norm("embeddings.LayerNorm") +
           replaced(square(kL + "attention.self.query") + square(kL + "attention.self.key") +
                        square(kL + "attention.self.value") +
                        square(kL + "attention.output.dense") + norm(kL + "layer_norm_1") +
                        norm(kL + "layer_norm_2") + kL + "mlp.up_gated_layer.weight 2U D\n" + kL +
                        "mlp.down_layer.weight D U\n" + kL + "mlp.down_layer.bias D\n",
                    "model.layers.", "encoder.layer."),
       {"mlp-unit", "value-dim"},
       replaced(norm(kL + "attention.self.layer_norm_q") + norm(kL + "attention.self.layer_norm_k"),
                "model.layers.", "encoder.layer.")},
  };
}

}  // namespace kindred::clitest::families
