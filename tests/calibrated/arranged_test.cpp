// What the program says of models whose signs are not fair, were chosen, or were drawn anew.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "briefly.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "trainer/arrange.hpp"
#include "trainer/reparameterise.hpp"
#include "trainer/save.hpp"
#include "trainer/signs.hpp"

namespace kindred::trainer {
namespace {

using nlohmann::json;
using support::TempDir;
using testing::HasSubstr;

constexpr std::size_t kTokens = 96;

Shape shapeOfAll() {
  Shape shape;
  shape.hidden = 48;
  shape.layers = 3;
  shape.kv_heads = 4;
  shape.head_dim = shape.rotary_dim = 12;
  shape.intermediate = 160;
  shape.vocabulary = kTokens;
  return shape;
}

template <class Begin>
Weights<float> trainedModel(std::uint64_t seed, Begin&& begin) {
  Weights<float> weights = initialise<float>(shapeOfAll(), words(kTokens, 1), seed);
  for (Layer<float>& layer : weights.layers) begin(layer);
  trainBriefly(weights, kTokens, 60, 1e-2, seed);
  return weights;
}
Weights<float> trainedModel(std::uint64_t seed) {
  return trainedModel(seed, [](Layer<float>&) {});
}

json reportOf(const std::filesystem::path& a, const std::filesystem::path& b) {
  TempDir out;
  const support::RunResult result = support::run(
      {"compare", a.string(), b.string(), "--json", "--force", "--out", (out / "out").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

json compared(const Weights<float>& a, const Weights<float>& b) {
  TempDir dir;
  save(a, dir / "a", DType::F32);
  save(b, dir / "b", DType::F32);
  return reportOf(dir / "a", dir / "b");
}

std::string sentence(const json& report) { return report.at("verdict").at("sentence"); }

TEST(Arranged, SignsAndOrderThatWereChosenToFitAreNoSharedWeights) {
  const Weights<float> a = trainedModel(1);
  for (const std::size_t copied_every : {0u, 50u}) {
    Weights<float> b = trainedModel(2);
    arrange(b, a, copied_every);
    const json report = compared(a, b);
    EXPECT_EQ(report.at("verdict").at("class"), "arranged") << sentence(report);
    EXPECT_LT(report.at("verdict").at("log10_p").get<double>(), -50);
    EXPECT_THAT(sentence(report), HasSubstr("no evidence of shared weights"));
    EXPECT_THAT(sentence(report), HasSubstr(", the most that another order of them reaches 0.35"));
  }
}

TEST(Arranged, ACopyWithNewSignsIsNeverAPlainNoEvidence) {
  const Weights<float> a = trainedModel(1);
  for (const bool everywhere : {false, true}) {
    Weights<float> b = a;
    permuteUnits(b, 3);
    permuteHeads(b, 4);
    Signs<float> signs = drawSigns(b, 5);
    if (!everywhere) signs.residual.clear();
    applySigns(b, signs);
    const json report = compared(a, b);
    EXPECT_NE(report.at("verdict").at("class"), "no-evidence") << sentence(report);
    if (report.at("verdict").at("class") == "inconclusive") {
      EXPECT_THAT(sentence(report), HasSubstr("drawn anew"));
      EXPECT_THAT(sentence(report), HasSubstr("--control"));
    }
  }
}

TEST(Unfair, GatesAndUpsFromOneKeyAreNamedInTheReportAndWithThePower) {
  const auto one_key = [](Layer<float>& layer) { layer.mlp.up = layer.mlp.gate; };
  const json report = compared(trainedModel(1, one_key), trainedModel(2, one_key));
  EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
  EXPECT_THAT(report.at("verdict").at("power").get<std::string>(),
              HasSubstr("no coin of gauge mlp-unit"));
  bool refused = false;
  for (const json& refusal : report.at("refused")) {
    refused =
        refused || (refusal.at("gauge") == "mlp-unit" &&
                    refusal.at("reason").get<std::string>().find("mlp.gate") != std::string::npos);
  }
  EXPECT_TRUE(refused);
}

TEST(Unfair, KeysFromTheNumbersOfValuesAreNoReasonToAccuse) {
  const auto equal = [](Layer<float>& layer) { layer.k = layer.v; };
  const json report = compared(trainedModel(1, equal), trainedModel(2, equal));
  EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
  EXPECT_THAT(report.at("verdict").at("power").get<std::string>(),
              HasSubstr("no coin of gauge value-dim"));
}

// A copy of the program with an architecture file of the user's own.
TEST(Architecture, OfTheUsersOwnIsNamedAndLeavesVerdictsUnverified) {
  TempDir dir;
  const std::filesystem::path prefix =
      std::filesystem::path(KINDRED_BINARY).parent_path().parent_path();
  std::filesystem::create_directories(dir / "bin");
  std::filesystem::copy_file(KINDRED_BINARY, dir / "bin" / "kindred");
  std::filesystem::create_directory_symlink(prefix / "lib", dir / "lib");
  std::filesystem::create_directories(dir / "share/kindred/configs");
  for (const auto& entry : std::filesystem::directory_iterator(prefix / "share/kindred")) {
    if (entry.path().filename() == "configs") continue;
    std::filesystem::create_symlink(std::filesystem::canonical(entry.path()),
                                    dir / "share/kindred" / entry.path().filename());
  }
  std::filesystem::copy(std::filesystem::path(KINDRED_SOURCE_DIR) / "configs/architectures",
                        dir / "share/kindred/configs/architectures");
  std::ofstream(dir / "share/kindred/configs/architectures/llama.yaml", std::ios::app)
      << "# changed\n";
  const Weights<float> a = trainedModel(1);
  Weights<float> b = a;
  for (const Named<float>& named : matrices(b)) {
    for (float& x : named.matrix->values) x *= 1.01f;
  }
  save(a, dir / "a", DType::F32);
  save(b, dir / "b", DType::F32);
  const support::RunResult result = support::runCommand(
      {(dir / "bin" / "kindred").string(), "compare", (dir / "a").string(), (dir / "b").string(),
       "--json", "--force", "--out", (dir / "out").string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json report = json::parse(result.out);
  EXPECT_THAT(sentence(report), HasSubstr("Under the unverified assumption"));
  EXPECT_THAT(sentence(report), HasSubstr("llama.yaml (XXH3-128 "));
  EXPECT_THAT(report.at("models").at(0).at("architecture_files").get<std::string>(),
              HasSubstr("llama.yaml (XXH3-128 "));
  for (const json& finding : report.at("findings")) EXPECT_NE(finding.at("basis"), "exact");
}

}  // namespace
}  // namespace kindred::trainer
