// Towers that look.
#include "cli/layouts/groups.hpp"
#include "cli/layouts/parts.hpp"

namespace kindred::clitest::families {
namespace {

std::string vision(const std::string& prefix, const std::string& norms, const std::string& mlp_) {
  const std::string a = prefix + "attention.";
  return norms + square(a + "attention.query") + square(a + "attention.key") +
         square(a + "attention.value") + square(a + "output.dense") + mlp_;
}

std::string dinov3(const std::string& mlp_) {
  const std::string l = "layer.{l}.";
  return norm("norm") + norm(l + "norm1") + norm(l + "norm2") + l + "layer_scale1.lambda1 D\n" + l +
         "layer_scale2.lambda1 D\n" + square(l + "attention.q_proj") + l +
         "attention.k_proj.weight D D\n" + square(l + "attention.v_proj") +
         square(l + "attention.o_proj") + mlp_;
}

// Blocks whose queries, keys and values are one matrix.
std::string packed(const std::string& first, const std::string& second, const std::string& mlp_) {
  const std::string b = "blocks.{l}.";
  return norm(b + first) + norm(b + second) + b + "attn.qkv.weight 192 D\n" + b +
         "attn.qkv.bias 192\n" + square(b + "attn.proj") + mlp_;
}

}  // namespace

std::vector<Layout> towers() {
  return {
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
       {"value-dim"},
       "vision_model.embeddings.patch_embedding.weight D 3 4 4\nvision_model.head.probe 1 1 D\n"
       "vision_model.head.attention.in_proj_weight 192 D\n"
       "vision_model.head.mlp.fc1.weight 96 D\n"},
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
      {"pixtral_vision",
       type("pixtral") + kTower,
       replaced(kL + "attention_norm.weight D\n" + kL + "ffn_norm.weight D\n" + kL +
                    "attention.q_proj.weight D D\n" + kL + "attention.k_proj.weight D D\n" + kL +
                    "attention.v_proj.weight D D\n" + kL + "attention.o_proj.weight D D\n" +
                    mlp(kL + "feed_forward."),
                "model.", "transformer."),
       {"mlp-unit", "value-dim", "rotary-pair"}},
      {"wav2vec2",
       type("wav2vec2") + kTower,
       norm("wav2vec2.encoder.layer_norm") +
           replaced(
               norm(kL + "layer_norm") + norm(kL + "final_layer_norm") +
                   square(kL + "attention.q_proj") + square(kL + "attention.k_proj") +
                   square(kL + "attention.v_proj") + square(kL + "attention.out_proj") +
                   plain(kL + "feed_forward.intermediate_dense", kL + "feed_forward.output_dense"),
               "model.", "wav2vec2.encoder."),
       {"value-dim", "rotary-free"},
       "wav2vec2.feature_extractor.conv_layers.{l}.conv.weight 32 32 3\n"
       "wav2vec2.encoder.pos_conv_embed.conv.weight_v D 4 16\n"},
      {"convnext",  // units that keep their order
       type("convnext") + R"(,"num_channels":3,"hidden_sizes":[16,32,64,128],"depths":[1,1,2,1])",
       replaced(norm(kL + "layernorm") + kL + "layer_scale_parameter D\n" + kL +
                    "pwconv1.weight 256 D\n" + kL + "pwconv1.bias 256\n" + kL +
                    "pwconv2.weight D 256\n" + kL + "pwconv2.bias D\n",
                "model.", "convnext.encoder.stages.2."),
       {"mlp-unit"},
       "convnext.encoder.stages.2.layers.{l}.dwconv.weight D 1 7 7\n"
       "convnext.encoder.stages.1.layers.0.pwconv1.weight 128 32\n"
       "convnext.encoder.stages.1.layers.0.pwconv2.weight 32 128\n"
       "convnext.encoder.stages.3.layers.0.pwconv1.weight 512 128\n"},
      {"convnext",  // of DINOv3
       type("dinov3_convnext") + R"(,"hidden_sizes":[16,32,64,128],"depths":[1,1,2,1])",
       replaced(norm(kL + "layer_norm") + kL + "gamma D\n" + kL + "pointwise_conv1.weight 256 D\n" +
                    kL + "pointwise_conv1.bias 256\n" + kL + "pointwise_conv2.weight D 256\n" + kL +
                    "pointwise_conv2.bias D\n",
                "model.", "stages.2."),
       {"mlp-unit"},
       "stages.2.layers.{l}.depthwise_conv.weight D 1 7 7\n"
       "stages.2.downsample_layers.1.weight D 32 2 2\n"
       "stages.1.layers.0.pointwise_conv1.weight 128 32\nlayer_norm.weight 128\n"},
      {"vit_timm",
       R"("architecture":"vit_tiny_patch16_224","num_classes":10,"num_features":64,)" +
           kTower.substr(1),
       norm("norm") + "head.weight 10 D\nhead.bias 10\n" +
           replaced(norm(kL + "norm1") + norm(kL + "norm2") + kL + "attn.qkv.weight 192 D\n" + kL +
                        "attn.qkv.bias 192\n" + square(kL + "attn.proj") +
                        plain(kL + "mlp.fc1", kL + "mlp.fc2"),
                    "model.layers.", "blocks."),
       {"value-dim", "rotary-free"},
       "patch_embed.proj.weight D 3 4 4\npos_embed 1 5 D\ncls_token 1 1 D\n"},
  };
}

}  // namespace kindred::clitest::families
