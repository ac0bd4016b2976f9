// What the host believes of what plugins return, and what is the host's own.
#include <gmock/gmock.h>

#include "demo.hpp"
#include "recipes.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

std::string samplePlugin(const std::string& folder) {
  return std::string(KINDRED_SAMPLE_PLUGINS) + "/" + folder;
}

// Two demo models, with these steps.
RunResult runOnDemo(const TempDir& dir, const std::string& steps, const std::string& plugins) {
  return runRecipe(dir,
                   "kindred: 1\ntitle: a test\nsources:\n  disk: {plugin: local-mmap, root: \"" +
                       kDemo.string() +
                       "\"}\nmodels:\n  a: disk:base\n  b: disk:stranger\n"
                       "  c: {at: disk:disguised, role: control}\nsteps:\n" +
                       steps,
                   {"--plugin-path", samplePlugin(plugins)});
}

const std::string kOracle = "  - {name: asked, compare: [a, b], test: {plugin: oracle}}\n";

class ImpossibleResults : public testing::TestWithParam<const char*> {};

TEST_P(ImpossibleResults, OfAMatrixTestAreRefusedByItsName) {
  TempDir dir;
  const RunResult result = runOnDemo(dir, kOracle, GetParam());
  EXPECT_EQ(result.exit_code, 2) << result.out;
  EXPECT_THAT(result.err, AllOf(HasSubstr("plugin 'oracle'"), HasSubstr("tell its author")));
  EXPECT_FALSE(std::filesystem::exists(dir / "out/report.json"));
}

INSTANTIATE_TEST_SUITE_P(, ImpossibleResults,
                         testing::Values("ZERO_P", "UNDEFINED_P", "P_ABOVE_ONE", "P_BELOW_FLOOR",
                                         "UNDEFINED_FLOOR", "NO_NULL", "INFINITE_STATISTIC",
                                         "INFINITE_DETAIL", "IMPOSSIBLE_POWER", "infinite-score"));

TEST(PluginResults, AFindingRestsOnWhatTheHostSays) {
  TempDir dir;
  ASSERT_EQ(runOnDemo(dir, kOracle, "BOASTS").exit_code, 0);
  const json finding = reportOf(dir).at("findings").at(0);
  EXPECT_EQ(finding.at("basis"), "exact");
  EXPECT_EQ(finding.at("calibrated"), false);
  EXPECT_FALSE(finding.at("details").contains("controls"));
}

TEST(PluginResults, InfiniteFiguresAreRefusedByTheMetricsName) {
  TempDir dir;
  for (const char* name : {"a", "b"}) {
    std::filesystem::create_directories(dir / name);
    support::writeSafetensors(
        dir / (std::string(name) + "/model.safetensors"),
        {support::tensorOf("zeros", DType::F32, {32}, std::vector<double>(32, 0.0))});
  }
  const RunResult result =
      runRecipe(dir, recipe("  - {name: x, compare: [a, b], metrics: [unfaithful]}\n"),
                {"--plugin-path", samplePlugin("INFINITE")});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("plugin 'unfaithful'"), HasSubstr("infinite figure")));
}

std::string onContent(const std::string& test) {
  return recipe("  - {name: rows, compare: [a, b], pair: content, test: {plugin: " + test +
                "}, read: 1000000}\n");
}

TEST(PairsByContent, GiveATestNoGaugeThatNoArchitectureGrants) {
  TempDir dir;
  writePair(dir, 1, 1);
  for (const char* test : {"permutation-test", "claimant"}) {
    ASSERT_EQ(
        runRecipe(dir, onContent(test), {"--plugin-path", samplePlugin("claiming")}).exit_code, 0);
    const json report = reportOf(dir);
    ASSERT_GT(report.at("findings").size(), 0u);
    for (const json& finding : report.at("findings")) {
      EXPECT_EQ(finding.at("basis"), "describes") << test;
      EXPECT_EQ(finding.at("decides"), false) << test;
    }
    EXPECT_EQ(report.at("verdict").at("class"), "untestable") << test;
  }
}

TEST(PairsByContent, LetATestDecideUnderItsOwnAssumptionWhichIsMarked) {
  TempDir dir;
  writePair(dir, 1, 1);
  for (const auto& [test, plugins] :
       {std::pair{"order-matching", "sound"}, std::pair{"claimant", "assuming"}}) {
    ASSERT_EQ(runRecipe(dir, onContent(test), {"--plugin-path", samplePlugin(plugins)}).exit_code,
              0);
    const json report = reportOf(dir);
    EXPECT_EQ(report.at("findings").at(0).at("basis"), "unverified") << test;
    EXPECT_THAT(report.at("verdict").at("sentence").get<std::string>(), HasSubstr("unverified"));
  }
}

TEST(PluginResults, RestOnTheGaugeThatWasGrantedAndOnNoOther) {
  TempDir dir;
  const std::string rows =
      "  - {name: rows, compare: [a, b], select: {role: mlp.up, layers: [0, 0]}, "
      "test: {plugin: ";
  const RunResult result = runOnDemo(dir, rows + "claimant}}\n", "claiming");
  EXPECT_EQ(result.exit_code, 2) << result.out;
  EXPECT_THAT(result.err, AllOf(HasSubstr("plugin 'claimant'"), HasSubstr("was not granted")));
  ASSERT_EQ(runOnDemo(dir, rows + "permutation-test}}\n", "sound").exit_code, 0);
  EXPECT_EQ(reportOf(dir).at("findings").at(0).at("basis"), "exact");
}

json plainCosine(const std::string& metrics) {
  TempDir dir;
  writePair(dir, 1, 2);
  const RunResult result =
      runRecipe(dir, recipe("  - {name: same, compare: [a, b], metrics: [" + metrics + "]}\n"));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return reportOf(dir).at("pairs").at(0).at("coverage").at("plain_cosine");
}

TEST(PlainCosine, IsTheHostsOwnWhateverAStepMeasuresAndHoweverItIsCalled) {
  const json plain = plainCosine("cosine");
  ASSERT_TRUE(plain.at("value").is_number());
  EXPECT_EQ(plain.at("parameters"), 2 * (64 + 32 * 64));
  for (const char* metrics :
       {"{plugin: cosine, as: cos}", "{plugin: cosine, as: cosine, centred: true}",
        "{plugin: cosine, as: cosine, about: 3}", "mad", "{plugin: mad, as: cosine}"}) {
    EXPECT_EQ(plainCosine(metrics), plain) << metrics;
  }
}

TEST(Manifest, NamesTheAlignerItsVersionAndThatItDrawsNothing) {
  TempDir dir;
  ASSERT_EQ(
      runOnDemo(dir, "  - {name: signs, compare: [a, b], test: {plugin: sign-test}}\n", "sound")
          .exit_code,
      0);
  const json manifest = json::parse(support::readFile(dir / "out/manifest.json"));
  bool named = false;
  for (const json& plugin : manifest.at("plugins")) {
    if (plugin.at("name") != "aligner") continue;
    named = true;
    EXPECT_EQ(plugin.at("kind"), "aligner");
    EXPECT_NE(plugin.at("version"), "");
  }
  EXPECT_TRUE(named);
  EXPECT_TRUE(manifest.at("seeds").at("aligner").is_null());
}

TEST(CompareAll, TakesThirtyModels) {
  TempDir dir;
  constexpr std::uint64_t kModels = 30;
  for (std::uint64_t i = 0; i < kModels; ++i) {
    const std::string name = "models/m" + std::to_string(i);
    std::filesystem::create_directories(dir / name);
    support::writeSafetensors(
        dir / (name + "/model.safetensors"),
        {support::randomTensor("w", DType::F32, {16, 16}, 1 + (i == 7 ? 3 : i))});
  }
  support::RunOptions options;
  options.timeout = std::chrono::seconds(280);
  const RunResult result = support::run({"compare", "--all", (dir / "models").string(), "--json",
                                         "--force", "--out", (dir / "out").string()},
                                        options);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json report = json::parse(result.out);
  EXPECT_EQ(report.at("pairs").size(), kModels * (kModels - 1) / 2);
  for (const json& pair : report.at("pairs")) {
    const bool same = pair.at("a") == "m3" && pair.at("b") == "m7";
    EXPECT_EQ(pair.at("verdict").at("class"), same ? "identical" : "no-evidence")
        << pair.at("a") << " and " << pair.at("b");
  }
}

TEST(OlderPluginNames, StayInResultsAndAreSaidOnce) {
  TempDir dir;
  const auto runTests = [&](const std::string& first, const std::string& second) {
    return runOnDemo(dir,
                     "  - {name: one, compare: [a, c], test: " + first +
                         "}\n  - {name: two, compare: [a, b], test: " + second + "}\n",
                     "sound");
  };
  const RunResult older =
      runTests("{plugin: unit-matching, seed: 5}", "{plugin: unit-matching, seed: 5}");
  ASSERT_EQ(older.exit_code, 0) << older.err;
  const std::string said = "'unit-matching' is now 'fixed-points' with gauge mlp-unit\n";
  const std::size_t at = older.err.find(said);
  ASSERT_NE(at, std::string::npos) << older.err;
  EXPECT_EQ(older.err.find(said, at + 1), std::string::npos);
  const json before = reportOf(dir).at("findings");

  const std::string now = "{plugin: fixed-points, gauge: mlp-unit, seed: 5}";
  const RunResult newer = runTests(now, now);
  ASSERT_EQ(newer.exit_code, 0) << newer.err;
  EXPECT_EQ(newer.err.find("is now"), std::string::npos);
  json after = reportOf(dir).at("findings");
  ASSERT_GE(after.size(), 4u);
  for (json& finding : after) {
    EXPECT_EQ(finding.at("test"), "fixed-points");
    EXPECT_EQ(finding.at("seed").get<std::uint64_t>() % 0x10000, 5u);  // matched by ups: another
    finding["test"] = "unit-matching";
  }
  EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace kindred::clitest
