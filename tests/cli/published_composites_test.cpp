// Models of several parts as they are published, each with its own names.
#include <gmock/gmock.h>

#include <array>

#include <nlohmann/json.hpp>

#include "compared.hpp"
#include "composite_toys.hpp"
#include "support/temp_dir.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using support::TempDir;
using testing::AllOf;
using testing::HasSubstr;

struct Composite {
  const char* language;  // its model type
  const char* tower;     // likewise
  TowerNames names;
  std::string ends = {};  // a norm behind the blocks
  std::string prefix = "language_model.";
  std::array<std::string, 2> projector = {};
};

std::vector<Composite> composites() {
  return {
      {"qwen2_vl",
       "qwen2_vl",
       {"visual.blocks.{l}.", "norm1.weight", "norm2.weight", "attn.proj.weight", "mlp.fc1.weight",
        "mlp.fc2.weight", "attn.qkv.weight"},
       "visual.merger.ln_q.weight",
       "",
       {"visual.merger.mlp.0.weight", "visual.merger.mlp.2.weight"}},
      {"qwen3_vl",
       "qwen3_vl",
       {"model.visual.blocks.{l}.", "norm1.weight", "norm2.weight", "attn.proj.weight",
        "mlp.linear_fc1.weight", "mlp.linear_fc2.weight", "attn.qkv.weight"},
       "model.visual.merger.norm.weight",
       "",
       {"model.visual.merger.linear_fc1.weight", "model.visual.merger.linear_fc2.weight"}},
      {"internvl_chat",
       "intern_vit_6b",
       {"vision_model.encoder.layers.{l}.", "norm1.weight", "norm2.weight", "attn.proj.weight",
        "mlp.fc1.weight", "mlp.fc2.weight", "attn.qkv.weight"},
       "",
       "language_model.",
       {"mlp1.1.weight", "mlp1.3.weight"}},
      {"internvl",
       "internvl_vision",
       {"vision_tower.encoder.layer.{l}.",
        "layernorm_before.weight",
        "layernorm_after.weight",
        "attention.projection_layer.weight",
        "mlp.fc1.weight",
        "mlp.fc2.weight",
        "",
        {"attention.q_proj.weight", "attention.k_proj.weight", "attention.v_proj.weight"}},
       "",
       "language_model.",
       {"multi_modal_projector.linear_1.weight", "multi_modal_projector.linear_2.weight"}},
      {"mistral3",
       "pixtral",
       {"vision_tower.transformer.layers.{l}.",
        "attention_norm.weight",
        "ffn_norm.weight",
        "attention.o_proj.weight",
        "feed_forward.up_proj.weight",
        "feed_forward.down_proj.weight",
        "",
        {"attention.q_proj.weight", "attention.k_proj.weight", "attention.v_proj.weight"},
        "feed_forward.gate_proj.weight"},
       "",
       "language_model.",
       {"multi_modal_projector.linear_1.weight", "multi_modal_projector.linear_2.weight"}},
  };
}

class Published : public testing::TestWithParam<Composite> {
 protected:
  static Toy tower(std::uint64_t seed) {
    Toy made = towerOf(seed, GetParam().names);
    if (!GetParam().ends.empty()) {
      made[GetParam().ends] = toyLlama(seed).at("model.norm.weight");
    }
    return made;
  }
  static Toy language(std::uint64_t seed) { return renamed(toyLlama(seed), "", GetParam().prefix); }
  static Toy between(std::uint64_t seed) {
    return projectorToy(seed, GetParam().projector[0], GetParam().projector[1]);
  }
  static std::string config() {
    return std::string(R"({"model_type":")") + GetParam().language + R"(","text_config":)" +
           toyLlamaConfig() + R"(,"vision_config":{"model_type":")" + GetParam().tower + R"(",)" +
           kTowerSizes +
           R"("depth":2,"num_hidden_layers":2,"num_heads":4,"num_attention_heads":4}})";
  }
};

TEST_P(Published, ThatShareATowerAreSharedInThatPart) {
  TempDir dir;
  saveComposite(dir, "a", withParts(withParts(language(1), tower(5)), between(6)), config());
  saveComposite(dir, "b", withParts(withParts(language(2), tuned(tower(5), 3)), between(7)),
                config());
  EXPECT_EQ(classesByComponent(compared(dir, "a", "b")),
            (ComponentClasses{{"language model", "no-evidence"},
                              {"vision tower", "shared-weights"},
                              {"projector", "no-evidence"}}));
}

TEST_P(Published, ThatShareAProjectorAreSharedInThatPart) {
  TempDir dir;
  saveComposite(dir, "a", withParts(withParts(language(1), tower(5)), between(6)), config());
  saveComposite(dir, "b", withParts(withParts(language(2), tower(8)), tuned(between(6), 3)),
                config());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(classesByComponent(report), (ComponentClasses{{"language model", "no-evidence"},
                                                          {"vision tower", "no-evidence"},
                                                          {"projector", "shared-weights"}}));
  EXPECT_THAT(report.at("verdict").at("sentence").get<std::string>(),
              HasSubstr("projector: shared weights (p <= "));
}

// Qwen3-VL merges what its tower gives on the way by MLPs of their own.
TEST(Composites, HaveMergersOfLowerLayersInTheirProjector) {
  TempDir dir;
  const Composite qwen = composites()[1];
  const auto merger = [](std::uint64_t seed, const std::string& module) {
    const std::string stem = "model.visual." + module;
    return projectorToy(seed, stem + ".linear_fc1.weight", stem + ".linear_fc2.weight");
  };
  const auto whole = [&](std::uint64_t seed, const Toy& lower) {
    Toy made = withParts(renamed(toyLlama(seed), "", qwen.prefix), towerOf(seed + 1, qwen.names));
    made[qwen.ends] = toyLlama(seed + 1).at("model.norm.weight");
    return withParts(withParts(made, merger(seed + 2, "merger")), lower);
  };
  const std::string config = R"({"model_type":"qwen3_vl","text_config":)" + toyLlamaConfig() +
                             R"(,"vision_config":{"model_type":"qwen3_vl",)" + kTowerSizes +
                             R"("depth":2,"num_heads":4}})";
  const Toy lower =
      withParts(merger(50, "deepstack_merger_list.0"), merger(60, "deepstack_merger_list.1"));
  const Toy others =
      withParts(merger(70, "deepstack_merger_list.0"), merger(80, "deepstack_merger_list.1"));
  saveComposite(dir, "a", whole(1, lower), config);
  saveComposite(dir, "b", whole(11, tuned(lower, 3)), config);
  saveComposite(dir, "c", whole(21, others), config);
  EXPECT_EQ(classesByComponent(compared(dir, "a", "b")).at("projector"), "shared-weights");
  EXPECT_EQ(classesByComponent(compared(dir, "a", "c")).at("projector"), "no-evidence");
}

INSTANTIATE_TEST_SUITE_P(Composites, Published, testing::ValuesIn(composites()),
                         [](const auto& test) { return std::string(test.param.language); });

}  // namespace
}  // namespace kindred::clitest
