// Weights without a config.json: a family is told by the names of the tensors, sizes by shapes, and
// what neither tells is not granted.
#include <gmock/gmock.h>

#include <algorithm>

#include "compared.hpp"
#include "family_layouts.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::Eq;
using testing::HasSubstr;
using testing::Not;

json inspected(const std::filesystem::path& model) {
  const RunResult result = support::run({"inspect", model.string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

std::string notesOf(const json& report) { return report.at("notes").dump(); }

// As toyLlama() has them, with something besides.
Toy withMore(std::uint64_t seed, const std::string& name, std::vector<std::uint64_t> shape) {
  Toy toy = toyLlama(seed);
  Array more;
  std::uint64_t elements = 1;
  for (const std::uint64_t length : shape) elements *= length;
  more.shape = std::move(shape);
  more.values.assign(elements, 1.0f);
  toy[name] = std::move(more);
  return toy;
}

TEST(ALoneFile, WithTheNamesOfLlamaIsOne) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1)), "");
  const json report = inspected(dir / "a" / "model.safetensors");
  EXPECT_EQ(report.at("architecture"), "llama");
  EXPECT_THAT(notesOf(report), HasSubstr("told by the names of the tensors (those of"));
  EXPECT_THAT(notesOf(report), HasSubstr("how many heads there are is unknown"));
  EXPECT_THAT(report.at("tested").dump(), HasSubstr("mlp-unit"));
  EXPECT_THAT(report.at("tested").dump(), Not(HasSubstr("value-dim")));
  EXPECT_THAT(report.at("not_tested").dump(),
              HasSubstr("config.json is missing: number of heads unknown"));
}

TEST(ALoneFile, IsFoundToBeTheSameModelInAFolder) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig());
  saveModel(dir / "b", stored(tuned(toyLlama(1), 2)), "");
  saveModel(dir / "stranger", stored(toyLlama(3)), "");
  const json kin = compared(dir, "a", "b/model.safetensors");
  EXPECT_EQ(kin.at("verdict").at("class"), "shared-weights");
  EXPECT_FALSE(kin.at("verdict").at("unverified").get<bool>());
  EXPECT_EQ(compared(dir, "a", "stranger/model.safetensors").at("verdict").at("class"),
            "no-evidence");
}

TEST(ALoneFile, SharesUnitsInAnyOrderWithAnother) {
  const auto is = [](const Layout& layout) { return layout.family == "llama"; };
  const Layout layout = *std::find_if(layouts().begin(), layouts().end(), is);
  TempDir dir;
  const Toy base = made(layout, 1);
  saveModel(dir / "a", stored(base), "");
  saveModel(dir / "b", stored(shuffled(layout, tuned(base, 2))), "");
  const json report = compared(dir);
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_LT(bestP(report, "mlp-unit"), -8);
  EXPECT_THAT(report.dump(), HasSubstr("config.json is missing: number of heads unknown"));
}

TEST(ALoneFile, KnowsItsHeadsByTheirNorms) {
  const auto is = [](const Layout& layout) { return layout.family == "qwen3"; };
  const Layout layout = *std::find_if(layouts().begin(), layouts().end(), is);
  TempDir dir;
  const Toy base = made(layout, 1);
  saveModel(dir / "a", stored(base), "");
  saveModel(dir / "b", stored(tuned(base, 2)), "");
  EXPECT_THAT(notesOf(inspected(dir / "a")), HasSubstr("those of heads by norms inside heads"));
  EXPECT_LT(bestP(compared(dir), "value-dim"), -8);
}

TEST(ALoneFile, KnowsItsHeadsByTheirFrequencies) {
  Toy toy = withMore(1, "model.layers.0.self_attn.rotary_emb.inv_freq", {8});
  for (const char* name : {"q_proj.bias", "k_proj.bias", "v_proj.bias"}) {
    const std::uint64_t rows = *name == 'q' ? 64 : 32;
    for (const char* layer : {"0", "1"}) {
      const std::string bias = std::string("model.layers.") + layer + ".self_attn." + name;
      toy[bias] = withMore(1, "bias", {rows}).at("bias");
    }
  }
  TempDir dir;
  saveModel(dir / "a", stored(toy), "");
  EXPECT_EQ(inspected(dir / "a").at("architecture"), "qwen2");
  EXPECT_THAT(notesOf(inspected(dir / "a")), HasSubstr("by the table of frequencies"));
}

TEST(ALoneFile, WithANameThatNoFamilyHasIsOfNone) {
  TempDir dir;
  saveModel(dir / "a", stored(withMore(1, "model.layers.0.self_attn.mixer.weight", {64, 64})), "");
  EXPECT_TRUE(inspected(dir / "a").at("architecture").is_null());
}

TEST(ALoneFile, WhoseNormsHaveBiasesHasLayerNormWhichGrantsNoSignsOfTheStream) {
  TempDir dir;
  saveModel(dir / "a", stored(withMore(1, "model.layers.0.input_layernorm.bias", {64})), "");
  const json report = inspected(dir / "a");
  EXPECT_NE(report.at("architecture"), "llama");
  EXPECT_THAT(report.at("tested").dump(), HasSubstr("residual-dim (order)"));
}

TEST(ALoneFile, OfExpertsIsOneWhoseRoutingIsUnknown) {
  TempDir dir;
  saveModel(dir / "a", stored(toyMoe(1)), "");
  saveModel(dir / "b", stored(tuned(toyMoe(1), 2)), "");
  const json report = compared(dir);
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  for (const json& finding : report.at("findings")) EXPECT_NE(finding.value("gauge", ""), "expert");
}

// Gains that exceed one by what is stored may be stored below zero.
Toy lessOne(const Toy& toy) {
  Toy less = toy;
  for (auto& [name, array] : less) {
    if (array.shape.size() != 1) continue;
    for (auto& gain : array.values) gain -= 0.6;
  }
  return less;
}

TEST(ALoneFile, IsToldByItsGainsWhereFamiliesStoreThemDifferently) {
  const auto is = [](const Layout& layout) { return layout.family == "gemma"; };
  const Layout layout = *std::find_if(layouts().begin(), layouts().end(), is);
  TempDir dir;
  const Toy base = made(layout, 1);
  saveModel(dir / "plain", stored(base), "");
  saveModel(dir / "less", stored(lessOne(base)), "");
  EXPECT_EQ(inspected(dir / "plain").at("architecture"), "llama");
  EXPECT_EQ(inspected(dir / "less").at("architecture"), "gemma");
}

TEST(ALoneFile, IsSaidToBeToldByNamesWhereItIsCompared) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1)), "");
  saveModel(dir / "b", stored(tuned(toyLlama(1), 2)), toyLlamaConfig());
  const RunResult result = support::run({"compare", (dir / "a").string(), (dir / "b").string(),
                                         "--force", "--out", (dir / "out").string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("a is read as llama, told by names of tensors alone"));
  EXPECT_THAT(result.out, Not(HasSubstr("b is read as")));
}

// A config.json that names no family that is known, as forks have.
class AnUnknownType : public testing::TestWithParam<std::string> {};

TEST_P(AnUnknownType, IsToldByNamesAndHasTheSizesThatItStates) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig());
  saveModel(dir / "b", stored(tuned(toyLlama(1), 2)), GetParam());
  saveModel(dir / "stranger", stored(toyLlama(3)), GetParam());
  const json report = inspected(dir / "b");
  EXPECT_EQ(report.at("architecture"), "llama");
  EXPECT_THAT(notesOf(report), HasSubstr("the family 'llama' is told by the names"));
  EXPECT_THAT(notesOf(report), HasSubstr("those of heads by config.json"));
  const json kin = compared(dir);
  EXPECT_EQ(kin.at("verdict").at("class"), "shared-weights");
  EXPECT_LT(bestP(kin, "value-dim"), -8);
  EXPECT_EQ(compared(dir, "a", "stranger").at("verdict").at("class"), "no-evidence");
}

INSTANTIATE_TEST_SUITE_P(Configs, AnUnknownType,
                         testing::Values(toyLlamaConfig(R"(a-fork's \"own\")"),
                                         "{" + toyLlamaConfig().substr(toyLlamaConfig().find(',') +
                                                                       1)));

TEST(AnUnknownTypeInFull, IsNamed) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig("fork"));
  EXPECT_THAT(notesOf(inspected(dir / "a")),
              HasSubstr("config.json names the model_type 'fork', which is unknown"));
  saveModel(dir / "empty", stored(toyLlama(1)), "{ }");
  EXPECT_THAT(notesOf(inspected(dir / "empty")), HasSubstr("config.json names no model_type"));
}

// Of every family: names may tell it, or one that has the same, or none.
class LoneFamily : public testing::TestWithParam<std::size_t> {};

TEST_P(LoneFamily, IsToldOrLeftOpenAndAccusesNoStranger) {
  const Layout& layout = layouts()[GetParam()];
  TempDir dir;
  saveModel(dir / "a", stored(made(layout, 1)), "");
  saveModel(dir / "stranger", stored(made(layout, 3)), "");
  const json report = inspected(dir / "a");
  if (report.at("architecture").is_null()) {
    GTEST_SKIP() << layout.family << " has no family without config.json";
  }
  EXPECT_THAT(compared(dir, "a", "stranger").at("verdict").at("class"),
              AnyOf(Eq("no-evidence"), Eq("untestable")));
}

// One of four: what is told apart by names is the same code for all.
INSTANTIATE_TEST_SUITE_P(Layouts, LoneFamily,
                         testing::Range(std::size_t{0}, layouts().size(), std::size_t{4}),
                         [](const auto& test) {
                           return std::to_string(test.index) + "_" + layouts()[test.param].family;
                         });

}  // namespace
}  // namespace kindred::clitest
