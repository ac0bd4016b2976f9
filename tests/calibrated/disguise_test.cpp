// A disguise that blinds every exact test: signs, order, scale and rotation of everything that has
// them are drawn anew. Controls of the same kind show it all the same.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "trainer/reparameterise.hpp"
#include "trainer/save.hpp"
#include "trainer/signs.hpp"
#include "trainer/training.hpp"

namespace kindred::trainer {
namespace {

using nlohmann::json;
using support::TempDir;
using testing::HasSubstr;

constexpr std::size_t kVocabulary = 96;

Shape shape() {
  Shape shape;
  shape.hidden = 32;
  shape.layers = 3;
  shape.head_dim = 8;
  shape.rotary_dim = 8;
  shape.intermediate = 112;
  shape.vocabulary = kVocabulary;
  return shape;
}

void trainOn(Weights<float>& weights, std::size_t steps, double rate, std::uint64_t seed) {
  Training training;
  training.steps = steps;
  training.sequences = 4;
  training.length = 24;
  training.rate = rate;
  training.seed = seed;
  train(weights, Corpus(kVocabulary, 5), training);
}

Weights<float> trained(std::uint64_t seed) {
  Weights<float> weights = initialise<float>(shape(), words(kVocabulary, 1), seed);
  trainOn(weights, 60, 1e-2, seed);
  return weights;
}

void disguise(Weights<float>& weights) {
  applySigns(weights, drawSigns(weights, 21));
  permuteUnits(weights, 22);
  permuteHeads(weights, 23);
  scaleUnits(weights, 4, 24);
  rotateValues(weights, 25);
  turnRotaryPairs(weights, 26);
  rotateResidual(weights, 27);
}

// Models on disk: a, its disguised and trained-on copy, and seven trained from other seeds.
class Disguise : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new TempDir;
    Weights<float> a = trained(1);
    save(a, *dir_ / "a", DType::F32);
    disguise(a);
    trainOn(a, 10, 1e-3, 99);
    save(a, *dir_ / "disguised", DType::F32);
    for (std::uint64_t seed = 2; seed < 9; ++seed) {
      save(trained(seed), *dir_ / stranger(seed), DType::F32);
    }
  }
  static void TearDownTestSuite() {
    delete dir_;
    dir_ = nullptr;
  }

  static std::string stranger(std::uint64_t seed) { return "stranger-" + std::to_string(seed); }

  static json compare(const std::string& a, const std::string& b,
                      const std::vector<std::string>& controls) {
    TempDir out;
    std::vector<std::string> arguments{"compare", (*dir_ / a).string(), (*dir_ / b).string()};
    for (const std::string& control : controls) {
      arguments.insert(arguments.end(), {"--control", (*dir_ / control).string()});
    }
    arguments.insert(arguments.end(), {"--json", "--out", (out / "out").string()});
    const support::RunResult result = support::run(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(result.out);
  }

  static json verdictOf(const json& report, const std::string& a, const std::string& b) {
    for (const json& pair : report.at("pairs")) {
      if (pair.at("a") == a && pair.at("b") == b) return pair.at("verdict");
    }
    return {};
  }

  static TempDir* dir_;
};

TempDir* Disguise::dir_ = nullptr;

TEST_F(Disguise, BlindsEveryExactTest) {
  const json report = compare("a", "disguised", {});
  EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
}

TEST_F(Disguise, IsSeenThroughWithFiveControls) {
  const json report =
      compare("a", "disguised", {stranger(2), stranger(3), stranger(4), stranger(5), stranger(6)});
  const json verdict = verdictOf(report, "a", "disguised");
  EXPECT_EQ(verdict.at("class"), "shared-weights-calibrated") << verdict.dump(1);
  EXPECT_THAT(verdict.at("sentence").get<std::string>(), HasSubstr("exchangeable"));
  std::size_t calibrated = 0;
  for (const json& finding : report.at("findings")) {
    if (!finding.at("calibrated")) continue;
    ++calibrated;
    EXPECT_EQ(finding.at("gauge"), "none");
    EXPECT_TRUE(finding.at("decides"));
    EXPECT_NEAR(finding.at("log10_p_floor").get<double>(), -std::log10(21), 1e-12);
    EXPECT_GE(finding.at("log10_p_adjusted").get<double>(),
              finding.at("log10_p").get<double>() - 1e-12);
  }
  EXPECT_EQ(calibrated, 4U);
}

TEST_F(Disguise, IsLeftOpenWithTooFewControls) {
  const json report = compare("a", "disguised", {stranger(2), stranger(3)});
  const json verdict = verdictOf(report, "a", "disguised");
  EXPECT_EQ(verdict.at("class"), "inconclusive");
  EXPECT_THAT(verdict.at("sentence").get<std::string>(), HasSubstr("Too few controls"));
}

TEST_F(Disguise, IsNoReasonToAccuseStrangers) {
  for (std::uint64_t other = 6; other < 9; ++other) {
    const json report =
        compare("a", stranger(other),
                {stranger(2), stranger(3), stranger(4), stranger(5), stranger(other == 6 ? 7 : 6)});
    EXPECT_EQ(verdictOf(report, "a", stranger(other)).at("class"), "no-evidence") << other;
  }
}

}  // namespace
}  // namespace kindred::trainer
