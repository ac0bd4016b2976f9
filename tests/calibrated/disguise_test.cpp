// A disguise that blinds every exact test: signs, order, scale and rotation of everything that has
// them are drawn anew. Controls of the same kind show it all the same.
#include <gmock/gmock.h>
#include <filesystem>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "briefly.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "trainer/perturb.hpp"
#include "trainer/reparameterise.hpp"
#include "trainer/save.hpp"
#include "trainer/signs.hpp"

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

Weights<float> trained(std::uint64_t seed) {
  Weights<float> weights = initialise<float>(shape(), words(kVocabulary, 1), seed);
  trainBriefly(weights, kVocabulary, 60, 1e-2, seed);
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

// Trained to another recipe: other text, rate, length of training and size of the MLPs.
Weights<float> trainedOtherwise(std::uint64_t seed) {
  Shape other = shape();
  other.intermediate = 80 + 16 * (seed % 5);
  Weights<float> weights = initialise<float>(other, words(kVocabulary, 1), 1000 + seed);
  Training training;
  training.steps = 10 + 10 * (seed % 4);
  training.sequences = 4;
  training.length = 24;
  training.rate = seed % 2 == 0 ? 2e-3 : 2e-2;
  training.seed = 1000 + seed;
  train(weights, Corpus(kVocabulary, 1000 + seed), training);
  return weights;
}

constexpr std::uint64_t kControls = 13;

std::string stranger(std::uint64_t seed) { return "stranger-" + std::to_string(seed); }
std::string other(std::uint64_t seed) { return "other-" + std::to_string(seed); }

std::vector<std::string> controls(std::uint64_t first, std::uint64_t count,
                                  std::string (*name)(std::uint64_t) = stranger) {
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < count; ++i) names.push_back(name(first + i));
  return names;
}

// Models on disk: a, its disguised and trained-on copy, a copy with noise, models trained from
// other seeds to one recipe, and models of other recipes.
class Disguise : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new TempDir;
    Weights<float> a = trained(1);
    save(a, *dir_ / "a", DType::F32);
    save(a, *dir_ / "again", DType::F32);
    Weights<float> noisy = a;
    addNoise(noisy, 0.3, 3);
    save(noisy, *dir_ / "noisy", DType::F32);
    disguise(a);
    trainBriefly(a, kVocabulary, 10, 1e-3, 99);
    save(a, *dir_ / "disguised", DType::F32);
    for (const std::string& name : controls(2, kControls + 2)) {
      save(trained(std::stoull(name.substr(name.find('-') + 1))), *dir_ / name, DType::F32);
    }
    for (std::uint64_t seed = 0; seed < kControls; ++seed) {
      save(trainedOtherwise(seed), *dir_ / other(seed), DType::F32);
    }
  }
  static void TearDownTestSuite() {
    delete dir_;
    dir_ = nullptr;
  }

  static json compare(const std::string& a, const std::string& b,
                      const std::vector<std::string>& beside) {
    TempDir out;
    std::vector<std::string> arguments{"compare", (*dir_ / a).string(), (*dir_ / b).string()};
    for (const std::string& control : beside) {
      arguments.insert(arguments.end(), {"--control", (*dir_ / control).string()});
    }
    arguments.insert(arguments.end(), {"--json", "--force", "--out", (out / "out").string()});
    support::RunOptions options;
    options.timeout = std::chrono::seconds(280);
    const support::RunResult result = support::run(arguments, options);
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
  for (const json& finding : report.at("findings")) {
    if (finding.at("basis") == "exact") {
      EXPECT_GT(finding.at("log10_p_adjusted").get<double>(), -6);
    }
  }
  EXPECT_NE(report.at("verdict").at("class"), "shared-weights");
}

TEST_F(Disguise, IsSeenThroughWithThirteenControls) {
  const json report = compare("a", "disguised", controls(2, kControls));
  const json verdict = verdictOf(report, "a", "disguised");
  EXPECT_EQ(verdict.at("class"), "shared-weights-calibrated") << verdict.dump(1);
  EXPECT_THAT(verdict.at("sentence").get<std::string>(), HasSubstr("exchangeable"));
  EXPECT_THAT(verdict.at("sentence").get<std::string>(),
              HasSubstr("more alike than the controls, no more"));
  std::size_t calibrated = 0;
  for (const json& finding : report.at("findings")) {
    if (!finding.at("calibrated")) continue;
    ++calibrated;
    EXPECT_EQ(finding.at("gauge"), "none");
    EXPECT_TRUE(finding.at("decides"));
    EXPECT_NEAR(finding.at("log10_p_floor").get<double>(), -std::log10(105), 1e-12);
    EXPECT_GE(finding.at("log10_p_adjusted").get<double>(),
              finding.at("log10_p").get<double>() - 1e-12);
  }
  EXPECT_EQ(calibrated, 4U);
}

TEST_F(Disguise, IsLeftOpenWithTooFewControls) {
  for (const std::uint64_t few : {2u, 5u}) {
    const json verdict = verdictOf(compare("a", "disguised", controls(2, few)), "a", "disguised");
    EXPECT_EQ(verdict.at("class"), "inconclusive") << few;
    EXPECT_THAT(verdict.at("sentence").get<std::string>(), HasSubstr("Too few controls"));
  }
}

TEST_F(Disguise, IsNoReasonToAccuseStrangers) {
  const std::string one = stranger(kControls + 2), two = stranger(kControls + 3);
  EXPECT_EQ(verdictOf(compare(one, two, controls(2, kControls)), one, two).at("class"),
            "no-evidence");
}

TEST_F(Disguise, IsNoReasonToAccuseStrangersOfOneRecipeByControlsOfOthers) {
  for (const std::uint64_t few : {std::uint64_t{5}, kControls}) {
    const json report = compare("a", stranger(2), controls(0, few, other));
    EXPECT_EQ(verdictOf(report, "a", stranger(2)).at("class"), "no-evidence") << few;
  }
}

TEST_F(Disguise, ControlsThatAreKinOrThePairItselfAreNamedAndLeftOut) {
  std::filesystem::copy(*dir_ / stranger(2), *dir_ / "twin");
  std::vector<std::string> beside = controls(2, 4);
  beside.insert(beside.end(), {"again", "noisy", "twin", stranger(3)});  // the last one once more
  const json report = compare("a", "disguised", beside);
  const std::string sentence = verdictOf(report, "a", "disguised").at("sentence");
  EXPECT_THAT(sentence, HasSubstr("again (the same weights as a)"));
  EXPECT_THAT(sentence, HasSubstr("noisy (shares weights with a)"));
  EXPECT_THAT(sentence, HasSubstr("(the same weights as control stranger-2"));
  for (const json& finding : report.at("findings")) {
    if (!finding.at("calibrated")) continue;
    EXPECT_EQ(finding.at("details").at("controls"), 4);
  }
}

}  // namespace
}  // namespace kindred::trainer
