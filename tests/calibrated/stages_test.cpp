// Reading in stages: what fits in a budget, in which order, and when a pair is settled.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "trainer/corpus.hpp"
#include "trainer/perturb.hpp"
#include "trainer/reparameterise.hpp"
#include "trainer/save.hpp"

namespace kindred::trainer {
namespace {

using nlohmann::json;
using support::TempDir;
using testing::HasSubstr;

constexpr std::uint64_t kBudget = 150'000;

Shape mixture() {
  Shape shape;
  shape.hidden = 48;
  shape.layers = 6;
  shape.head_dim = 12;
  shape.rotary_dim = 12;
  shape.vocabulary = 96;
  shape.experts = 8;
  shape.expert_intermediate = 32;
  return shape;
}

// Models on disk: a mixture, a noisy copy, one whose experts were shuffled too, and a stranger.
class Stages : public testing::Test {
 protected:
  void SetUp() override {
    Weights<float> a = initialise<float>(mixture(), words(96, 1), 1);
    save(a, dir_ / "a", DType::BF16);
    addNoise(a, 0.3, 3);
    save(a, dir_ / "copy", DType::BF16);
    permuteExperts(a, 4);
    save(a, dir_ / "shuffled", DType::BF16);
    save(initialise<float>(mixture(), words(96, 1), 2), dir_ / "stranger", DType::BF16);
  }

  std::string recipeOf(const std::string& b, const std::string& read) const {
    std::string text =
        "kindred: 1\nsources: {disk: {plugin: local-mmap, root: .}}\nmodels: {a: "
        "disk:a, b: disk:" +
        b + "}\nsteps:\n";
    for (const char* test : {"sign-test", "expert-matching"}) {
      text += std::string("  - {name: ") + test + ", compare: [a, b], test: {plugin: " + test +
              "}, read: " + read + "}\n";
    }
    return text;
  }

  json run(const std::string& b, const std::string& read) const {
    const auto file = dir_.write("recipe.yaml", recipeOf(b, read));
    const support::RunResult result =
        support::run({"run", file.string(), "--json", "--force", "--out", (dir_ / "out").string()});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(result.out);
  }

  // Of each model, by the ranges in the manifest.
  std::map<std::string, std::uint64_t> bytesRead() const {
    std::map<std::string, std::uint64_t> bytes;
    const json manifest = json::parse(support::readFile(dir_ / "out/manifest.json"));
    for (const json& range : manifest.at("ranges")) {
      bytes[range.at("model")] += range.at("length").get<std::uint64_t>();
    }
    return bytes;
  }

  static json findingOf(const json& report, const std::string& gauge, std::size_t stage) {
    for (const json& finding : report.at("findings")) {
      if (finding.at("gauge") == gauge && finding.at("stage") == stage) return finding;
    }
    return {};
  }

  TempDir dir_;
};

TEST_F(Stages, ReadNoMoreThanTheBudget) {
  run("copy", std::to_string(kBudget));
  const auto bytes = bytesRead();
  EXPECT_EQ(bytes.size(), 2U);
  for (const auto& [model, count] : bytes) {
    EXPECT_LE(count, kBudget) << model;
    EXPECT_GE(count, kBudget / 2) << model;
  }
}

TEST_F(Stages, SeeAllExpertsOfSomeLayersRatherThanOneOfEveryLayer) {
  const json report = run("copy", std::to_string(kBudget));
  const json experts = findingOf(report, "expert", 1);
  ASSERT_FALSE(experts.is_null());
  EXPECT_GE(experts.at("units"), 8);
  EXPECT_EQ(experts.at("statistic"), experts.at("units").get<double>());
}

TEST_F(Stages, SeeThroughShuffledExpertsOnAShortBudget) {
  const json report = run("shuffled", std::to_string(kBudget));
  EXPECT_LT(findingOf(report, "mlp-unit", 1).at("log10_p"), -9);
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
}

TEST_F(Stages, EndWhenAPairIsSettled) {
  const json report = run("copy", "[60000, 150000]");
  for (const json& step : report.at("steps")) {
    ASSERT_EQ(step.at("skipped").size(), 1U) << step;
    EXPECT_EQ(step.at("skipped").at(0).at("stage"), 2);
    EXPECT_THAT(step.at("skipped").at(0).at("reason").get<std::string>(), HasSubstr("settled"));
  }
  for (const auto& [model, count] : bytesRead()) EXPECT_LE(count, 60'000U) << model;
}

TEST_F(Stages, GoOnForStrangersAndShareTheLevel) {
  const json report = run("stranger", "[60000, 150000]");
  EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
  const json first = findingOf(report, "mlp-unit", 1), second = findingOf(report, "mlp-unit", 2);
  ASSERT_FALSE(first.is_null());
  ASSERT_FALSE(second.is_null());
  EXPECT_GT(second.at("units"), first.at("units"));
  for (const json& finding : report.at("findings")) {
    const double p = finding.at("log10_p"), adjusted = finding.at("log10_p_adjusted");
    EXPECT_GE(adjusted, std::min(0.0, p + std::log10(2) - 1e-12));
  }
}

TEST_F(Stages, AreLeftOutWhereNothingIsLeftToRead) {
  const json report = run("stranger", "[50000000, 60000000]");
  for (const json& finding : report.at("findings")) EXPECT_EQ(finding.at("stage"), 1);
  EXPECT_THAT(report.at("steps").at(0).at("skipped").at(0).at("reason").get<std::string>(),
              HasSubstr("whole"));
}

TEST_F(Stages, AreCountedByThePlan) {
  const auto file = dir_.write("recipe.yaml", recipeOf("stranger", std::to_string(kBudget)));
  const support::RunResult planned = support::run({"plan", file.string(), "--json"});
  ASSERT_EQ(planned.exit_code, 0) << planned.err;
  const json plan = json::parse(planned.out);
  run("stranger", std::to_string(kBudget));
  for (const auto& [model, count] : bytesRead()) {
    EXPECT_GE(plan.at("bytes_by_model").at(model), count);
    EXPECT_LE(plan.at("bytes_by_model").at(model), kBudget + 50'000);  // headers
  }
  EXPECT_GT(plan.at("steps").at(0).at("bytes"), kBudget);
}

TEST_F(Stages, MustGrow) {
  const auto file = dir_.write("recipe.yaml", recipeOf("copy", "[8000, 4000]"));
  const support::RunResult result = support::run({"check", file.string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("a stage must read more than the one before it"));
}

}  // namespace
}  // namespace kindred::trainer
