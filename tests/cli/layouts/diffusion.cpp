// Models that draw, as diffusers names them.
#include "cli/layouts/groups.hpp"
#include "cli/layouts/parts.hpp"

namespace kindred::clitest::families {
namespace {

std::string drawing(const std::string& kind) {
  return R"("_class_name":")" + kind + R"(","num_attention_heads":4,"attention_head_dim":16)";
}

std::string heads(const std::string& prefix) {
  return square(prefix + "to_q") + square(prefix + "to_k") + square(prefix + "to_v") +
         square(prefix + "to_out.0");
}

// The stream of text beside that of an image.
const std::string kBlock = "transformer_blocks.{l}.";
const std::string kText = square(kBlock + "attn.add_q_proj") + square(kBlock + "attn.add_k_proj") +
                          square(kBlock + "attn.add_v_proj") + square(kBlock + "attn.to_add_out") +
                          kBlock + "ff_context.net.0.proj.bias U\n" + kBlock +
                          "ff_context.net.2.bias D\n" + kBlock + "norm1.linear.weight 384 D\n" +
                          kBlock + "norm1_context.linear.weight 384 D\n" + kBlock +
                          "attn.norm_q.weight N\n" + kBlock + "attn.norm_k.weight N\n";

// A linear half and one that gates it.
std::string level(const std::string& prefix) {
  return norm(prefix + "norm3") + prefix + "ff.net.0.proj.weight 2U D\n" + prefix +
         "ff.net.2.weight D U\n" + prefix + "ff.net.2.bias D\n";
}

}  // namespace

std::vector<Layout> drawers() {
  const std::string both =
      heads(kBlock + "attn.") + plain(kBlock + "ff.net.0.proj", kBlock + "ff.net.2") + kBlock +
      "ff_context.net.0.proj.weight U D\n" + kBlock + "ff_context.net.2.weight D U\n";
  // As published in one file: queries, keys and values in one matrix.
  const auto native = [](const std::string& image, const std::string& text) {
    return image + "_attn.qkv.weight 192 D\n" + image + "_attn.qkv.bias 192\n" +
           square(image + "_attn.proj") + plain(image + "_mlp.0", image + "_mlp.2") + text +
           "_mlp.0.weight U D\n" + text + "_mlp.2.weight D U\n";
  };
  const std::string middle = "mid_block.attentions.0.transformer_blocks.0.";
  const std::string down = "down_blocks.2.attentions.{l}.transformer_blocks.0.";
  const std::string up = "up_blocks.1.attentions.{l}.transformer_blocks.0.";
  const std::string narrow = "up_blocks.2.attentions.{l}.transformer_blocks.0.";
  const std::string mid = "mid_block.attentions.0.transformer_blocks.{l}.";
  return {
      {"sd3",
       drawing("SD3Transformer2DModel") + R"(,"num_layers":2)",
       both,
       {"value-dim", "rotary-free"},
       kText},
      {"flux",
       drawing("FluxTransformer2DModel") + R"(,"num_layers":2,"num_single_layers":2)",
       both,
       {"value-dim", "rotary-pair"},
       kText + heads("single_transformer_blocks.{l}.attn.")},
      {"flux",
       drawing("FluxTransformer2DModel") + R"(,"num_layers":2,"num_single_layers":2)",
       native("model.diffusion_model.double_blocks.{l}.img",
              "model.diffusion_model.double_blocks.{l}.txt"),
       {"value-dim", "rotary-pair"},
       "model.diffusion_model.single_blocks.{l}.linear1.weight 288 D\n"
       "model.diffusion_model.single_blocks.{l}.linear2.weight D 160\n"},
      {"sd3",
       drawing("SD3Transformer2DModel") + R"(,"num_layers":2)",
       replaced(
           replaced(replaced(native("joint_blocks.{l}.x_block.", "joint_blocks.{l}.context_block."),
                             "._", "."),
                    "mlp.0", "mlp.fc1"),
           "mlp.2", "mlp.fc2"),
       {"value-dim", "rotary-free"},
       "joint_blocks.{l}.context_block.attn.qkv.weight 192 D\n"},
      {"wan",
       drawing("WanTransformer3DModel") + R"(,"num_layers":2,"ffn_dim":96)",
       heads("blocks.{l}.attn1.") + plain("blocks.{l}.ffn.net.0.proj", "blocks.{l}.ffn.net.2"),
       {"value-dim", "rotary-pair"},
       heads("blocks.{l}.attn2.") + "blocks.{l}.scale_shift_table 1 6 D\n"},
      {"wan",  // as its authors name it
       R"("_class_name":"WanModel","model_type":"t2v","dim":64,"ffn_dim":96,"num_heads":4,)"
       R"("num_layers":2)",
       square("blocks.{l}.self_attn.q") + square("blocks.{l}.self_attn.k") +
           square("blocks.{l}.self_attn.v") + square("blocks.{l}.self_attn.o") +
           plain("blocks.{l}.ffn.0", "blocks.{l}.ffn.2"),
       {"value-dim", "rotary-pair"},
       square("blocks.{l}.cross_attn.q") + norm("blocks.{l}.norm3") +
           "blocks.{l}.self_attn.norm_q.weight D\nblocks.{l}.modulation 1 6 D\n"
           "head.modulation 1 2 D\nhead.head.weight 16 D\ntime_projection.1.weight 384 D\n"
           "patch_embedding.weight D 4 1 2 2\ntext_embedding.0.weight D 32\n"},
      {"unet",
       R"("_class_name":"UNet2DConditionModel","attention_head_dim":8)",
       level(middle) + level(down) + level(up),
       {"mlp-unit"},
       heads(up + "attn1.") + replaced(level(narrow), " D", " 32") +
           "mid_block.resnets.0.conv1.weight D D 3 3\n"
           "down_blocks.0.attentions.0.transformer_blocks.0.ff.net.2.weight 32 128\n"},
      {"unet_xl",
       R"("_class_name":"UNet2DConditionModel","attention_head_dim":[5,10,20])",
       level(mid) + replaced(level(mid), "{l}", "9") +
           level("down_blocks.2.attentions.1.transformer_blocks.{l}.") +
           level("up_blocks.0.attentions.2.transformer_blocks.{l}."),
       {"mlp-unit"},
       heads(mid + "attn1.") + replaced(level(narrow), " D", " 32")},
  };
}

}  // namespace kindred::clitest::families
