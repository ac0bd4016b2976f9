// Gemma, whose layers have norms on both sides, and heads of two sizes.
#include "cli/layouts/groups.hpp"
#include "cli/layouts/parts.hpp"

namespace kindred::clitest::families {
namespace {

const std::string kSandwich = kNorms + kL + "pre_feedforward_layernorm.weight D\n" + kL +
                              "post_feedforward_layernorm.weight D\n";
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

}  // namespace

std::vector<Layout> gemmas() {
  return {
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
      {"gemma3n",
       R"("model_type":"gemma3n","text_config":{"model_type":"gemma3n_text"})",
       replaced(kSandwich + kAttention + kHeadNorms + kMlp, "model.", "model.language_model.") +
           "model.language_model.embed_tokens.weight T D\nmodel.language_model.norm.weight D\n",
       {"mlp-unit", "value-dim", "rotary-pair"}},
  };
}

}  // namespace kindred::clitest::families
