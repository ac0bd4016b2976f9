// Models of several parts: each part has its own verdict, and the pair's names them.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using support::TempDir;
using testing::AllOf;
using testing::HasSubstr;

constexpr int kLayers = 2;

Array below(const Array& a, const Array& b, const Array& c) {
  Array all{{a.shape[0] + b.shape[0] + c.shape[0], a.shape[1]}, a.values};
  all.values.insert(all.values.end(), b.values.begin(), b.values.end());
  all.values.insert(all.values.end(), c.values.begin(), c.values.end());
  return all;
}

// Names and shapes of Qwen2.5-VL's tower: 64 wide, four heads.
Toy qwenTower(std::uint64_t seed) {
  const Toy q = toyLlama(seed), k = toyLlama(seed + 1000), v = toyLlama(seed + 2000);
  Toy tower;
  for (int layer = 0; layer < kLayers; ++layer) {
    const std::string from = "model.layers." + std::to_string(layer) + ".";
    const std::string to = "visual.blocks." + std::to_string(layer) + ".";
    const std::string queries = from + "self_attn.q_proj.weight";
    tower[to + "attn.qkv.weight"] = below(q.at(queries), k.at(queries), v.at(queries));
    tower[to + "attn.proj.weight"] = q.at(from + "self_attn.o_proj.weight");
    tower[to + "norm1.weight"] = q.at(from + "input_layernorm.weight");
    tower[to + "norm2.weight"] = q.at(from + "post_attention_layernorm.weight");
    for (const char* part : {"gate_proj", "up_proj", "down_proj"}) {
      tower[to + "mlp." + part + ".weight"] = q.at(from + "mlp." + part + ".weight");
    }
  }
  tower["visual.merger.ln_q.weight"] = q.at("model.norm.weight");
  tower["visual.merger.mlp.0.weight"] = k.at("model.layers.0.mlp.up_proj.weight");
  return tower;
}

// Names of CLIP's tower, below `prefix`.
Toy clipTower(std::uint64_t seed, const std::string& prefix) {
  const Toy q = toyLlama(seed), k = toyLlama(seed + 1000), v = toyLlama(seed + 2000);
  Toy tower;
  for (int layer = 0; layer < kLayers; ++layer) {
    const std::string from = "model.layers." + std::to_string(layer) + ".";
    const std::string to = prefix + "encoder.layers." + std::to_string(layer) + ".";
    const std::string queries = from + "self_attn.q_proj.weight";
    tower[to + "self_attn.q_proj.weight"] = q.at(queries);
    tower[to + "self_attn.k_proj.weight"] = k.at(queries);
    tower[to + "self_attn.v_proj.weight"] = v.at(queries);
    tower[to + "self_attn.out_proj.weight"] = q.at(from + "self_attn.o_proj.weight");
    tower[to + "layer_norm1.weight"] = q.at(from + "input_layernorm.weight");
    tower[to + "layer_norm2.weight"] = q.at(from + "post_attention_layernorm.weight");
    tower[to + "mlp.fc1.weight"] = q.at(from + "mlp.up_proj.weight");
    tower[to + "mlp.fc2.weight"] = q.at(from + "mlp.down_proj.weight");
  }
  tower[prefix + "post_layernorm.weight"] = q.at("model.norm.weight");
  return tower;
}

Toy together(Toy one, const Toy& other) {
  one.insert(other.begin(), other.end());
  return one;
}

constexpr const char* kSizes = R"("hidden_size":64,"intermediate_size":176,)";

std::string qwenConfig() {
  std::string config = toyLlamaConfig("qwen2_5_vl");
  config.pop_back();
  return config + R"(,"vision_config":{"model_type":"qwen2_5_vl",)" + kSizes +
         R"("depth":2,"num_heads":4}})";
}

std::string clipConfig() {
  return std::string(R"({"model_type":"clip_vision_model",)") + kSizes +
         R"("num_hidden_layers":2,"num_attention_heads":4})";
}

std::string llavaConfig() {
  return R"({"model_type":"llava","text_config":)" + toyLlamaConfig() + R"(,"vision_config":)" +
         clipConfig() + "}";
}

void save(const TempDir& dir, const std::string& name, const Toy& toy, const std::string& config) {
  saveModel(dir / name, stored(toy), config);
}

json compared(const TempDir& dir, const std::string& a, const std::string& b) {
  const auto result = support::run(
      {"compare", (dir / a).string(), (dir / b).string(), "--out", (dir / "out").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
  return json::parse(support::readFile(dir / "out" / "report.json"));
}

// Classes by component.
std::map<std::string, std::string> componentsOf(const json& report) {
  std::map<std::string, std::string> classes;
  for (const json& part : report.at("pairs").at(0).at("components")) {
    classes[part.at("component")] = part.at("verdict").at("class");
  }
  return classes;
}

using Classes = std::map<std::string, std::string>;

TEST(Composites, ThatShareATowerAloneArePartialAndBothPartsAreNamed) {
  TempDir dir;
  save(dir, "a", together(toyLlama(1), qwenTower(5)), qwenConfig());
  save(dir, "b", together(toyLlama(2), tuned(qwenTower(5), 6)), qwenConfig());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(report.at("verdict").at("class"), "partial");
  EXPECT_THAT(report.at("verdict").at("sentence").get<std::string>(),
              AllOf(HasSubstr("Shared in part, by component: vision tower: shared weights (p <= "),
                    HasSubstr("language model: no evidence of shared weights")));
  EXPECT_EQ(componentsOf(report),
            (Classes{{"language model", "no-evidence"}, {"vision tower", "shared-weights"}}));
  EXPECT_LT(report.at("verdict").at("log10_p").get<double>(), -6);
  EXPECT_THAT(report.at("verdict").at("power").get<std::string>(),
              HasSubstr("of the language model: "));
}

TEST(Composites, ThatShareTheLanguageModelAloneArePartial) {
  TempDir dir;
  save(dir, "a", together(toyLlama(1), qwenTower(5)), qwenConfig());
  save(dir, "b", together(tuned(toyLlama(1), 3), qwenTower(9)), qwenConfig());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(report.at("verdict").at("class"), "partial");
  EXPECT_EQ(componentsOf(report),
            (Classes{{"language model", "shared-weights"}, {"vision tower", "no-evidence"}}));
}

TEST(Composites, ATowerThatWasTakenUnchangedIsNotTheLanguageModels) {
  TempDir dir;
  save(dir, "a", together(toyLlama(1), qwenTower(5)), qwenConfig());
  save(dir, "b", together(toyLlama(2), qwenTower(5)), qwenConfig());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(report.at("verdict").at("class"), "partial");
  EXPECT_EQ(componentsOf(report),
            (Classes{{"language model", "no-evidence"}, {"vision tower", "identical"}}));
}

TEST(Composites, ThatAreRelatedAsAWholeAreSharedWeights) {
  TempDir dir;
  const Toy base = together(toyLlama(1), qwenTower(5));
  save(dir, "a", base, qwenConfig());
  save(dir, "b", tuned(base, 7), qwenConfig());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_EQ(componentsOf(report),
            (Classes{{"language model", "shared-weights"}, {"vision tower", "shared-weights"}}));
  save(dir, "c", base, qwenConfig());
  EXPECT_EQ(compared(dir, "a", "c").at("verdict").at("class"), "identical");
}

TEST(Composites, OfStrangersAreAccusedInNoPart) {
  TempDir dir;
  for (std::uint64_t seed = 10; seed < 40; seed += 10) {
    save(dir, "a", together(toyLlama(seed), qwenTower(seed + 1)), qwenConfig());
    save(dir, "b", together(toyLlama(seed + 2), qwenTower(seed + 3)), qwenConfig());
    const json report = compared(dir, "a", "b");
    EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
    EXPECT_EQ(componentsOf(report),
              (Classes{{"language model", "no-evidence"}, {"vision tower", "no-evidence"}}));
  }
}

TEST(Composites, HaveATowerThatIsFoundInAPlainTower) {
  TempDir dir;
  const Toy language = renamed(toyLlama(1), "", "language_model.");
  save(dir, "a", together(language, clipTower(5, "vision_tower.vision_model.")), llavaConfig());
  save(dir, "b", tuned(clipTower(5, "vision_model."), 6), clipConfig());
  save(dir, "c", clipTower(8, "vision_model."), clipConfig());
  EXPECT_EQ(componentsOf(compared(dir, "a", "b")), (Classes{{"vision tower", "shared-weights"}}));
  EXPECT_EQ(componentsOf(compared(dir, "a", "c")), (Classes{{"vision tower", "no-evidence"}}));
}

TEST(Composites, HaveALanguageModelThatIsFoundInAPlainOne) {
  TempDir dir;
  const Toy language = renamed(toyLlama(1), "", "language_model.");
  save(dir, "a", together(language, clipTower(5, "vision_tower.vision_model.")), llavaConfig());
  save(dir, "b", tuned(toyLlama(1), 3), toyLlamaConfig());
  const json report = compared(dir, "a", "b");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_EQ(componentsOf(report), (Classes{{"language model", "shared-weights"}}));
}

TEST(Composites, ComeOutAgain) {
  TempDir dir;
  save(dir, "a", together(toyLlama(1), qwenTower(5)), qwenConfig());
  save(dir, "b", together(toyLlama(2), tuned(qwenTower(5), 6)), qwenConfig());
  compared(dir, "a", "b");
  const auto again = support::run({"verify", (dir / "out").string()});
  EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
}

}  // namespace
}  // namespace kindred::clitest
