// kindred compare over the embedded demo checkpoints, whose descent is known, and over the zoo
// where it lies beside the project.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "demo.hpp"
#include "recipes.hpp"
#include "support/sanitized.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json compare(const std::string& a, const std::string& b) {
  TempDir dir;
  const RunResult result =
      support::run({"compare", a, b, "--force", "--out", (dir / "out").string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

json verdictOfDemo(const std::string& a, const std::string& b) {
  return compare((kDemo / a).string(), (kDemo / b).string()).at("verdict");
}

TEST(Compare, FindsTheSharedStartOfATunedModel) {
  const json verdict = verdictOfDemo("base", "tuned");
  EXPECT_EQ(verdict.at("class"), "shared-weights");
  EXPECT_LT(verdict.at("log10_p").get<double>(), -100);
}

TEST(Compare, IsNotFooledByShuffledUnits) {
  const json verdict = verdictOfDemo("base", "disguised");
  EXPECT_EQ(verdict.at("class"), "shared-weights");
  EXPECT_LT(verdict.at("log10_p").get<double>(), -100);
}

TEST(Compare, FindsNoEvidenceAgainstAStrangerAndSaysWhatThatLeavesOpen) {
  const json verdict = verdictOfDemo("base", "stranger");
  EXPECT_EQ(verdict.at("class"), "no-evidence");
  EXPECT_THAT(verdict.at("sentence").get<std::string>(), HasSubstr("does not show that they are"));
  EXPECT_THAT(verdict.at("power").get<std::string>(),
              HasSubstr("where mlp.gate shows which rows belong together"));
  EXPECT_THAT(verdict.at("power").get<std::string>(), HasSubstr("other rows were not tossed"));
  EXPECT_THAT(verdict.at("sizes").get<std::string>(), HasSubstr("do not belong together"));
}

TEST(Compare, FindsKeptNormsAlone) {
  const json report = compare((kDemo / "base").string(), (kDemo / "norms-only").string());
  EXPECT_EQ(report.at("verdict").at("class"), "partial");
  EXPECT_THAT(report.at("verdict").at("sentence").get<std::string>(),
              HasSubstr("Shared in part: 13 tensors (norms) of"));
  const json components = report.at("pairs").at(0).at("coverage").at("components");
  EXPECT_EQ(components.at("norms").at("equal"), 13);
  EXPECT_EQ(components.at("MLP").at("equal"), 0);
}

TEST(Compare, CallsAModelIdenticalToItself) {
  TempDir dir;
  std::filesystem::copy(kDemo / "tuned", dir / "again");
  const json report = compare((kDemo / "tuned").string(), (dir / "again").string());
  EXPECT_EQ(report.at("verdict").at("class"), "identical");
}

json comparisonOf(const std::vector<std::string>& arguments) {
  TempDir dir;
  std::vector<std::string> command{"compare"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.insert(command.end(), {"--force", "--out", (dir / "out").string(), "--json"});
  const RunResult result = support::run(command);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

std::string demo(const char* model) { return (kDemo / model).string(); }

TEST(Compare, GivesTheVerdictOfThePairAskedAboutWhateverTheControls) {
  const json report = comparisonOf({demo("base"), demo("tuned"), "--control", demo("stranger")});
  EXPECT_EQ(report.at("pairs").size(), 3U);
  EXPECT_EQ(report.at("verdict"), report.at("pairs").at(0).at("verdict"));
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_EQ(report.at("families").size(), 1U);
}

TEST(Compare, SaysSeveralOfSeveralPairs) {
  TempDir dir;
  for (const char* model : {"base", "tuned", "stranger"}) {
    std::filesystem::copy(kDemo / model, dir / model);
  }
  const json report = comparisonOf({"--all", dir.path().string()});
  EXPECT_EQ(report.at("verdict").at("class"), "several");
  ASSERT_EQ(report.at("families").size(), 2U);
  EXPECT_EQ(report.at("families").at(0).at("models"), json({"base", "tuned"}));
  EXPECT_EQ(report.at("families").at(1).at("models"), json({"stranger"}));
}

TEST(Compare, OfAFewBytesCallsNoFineTuneSharedInPart) {
  for (const char* bytes : {"4000", "9000", "20000"}) {
    const json report = comparisonOf({demo("base"), demo("tuned"), "--max-bytes", bytes});
    EXPECT_NE(report.at("verdict").at("class"), "partial") << bytes;
  }
}

TEST(Compare, RefusesABudgetOfNothingInTheWordsOfTheCommandLine) {
  TempDir dir;
  const RunResult result = support::run({"compare", demo("base"), demo("tuned"), "--max-bytes", "0",
                                         "--force", "--out", (dir / "out").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("kindred: --max-bytes: with 0 bytes nothing could be tested"));
  EXPECT_FALSE(std::filesystem::exists(dir / "out"));
}

TEST(Compare, SaysThatItsPValuesKnowOfNoOtherRun) {
  TempDir dir;
  const RunResult result = support::run(
      {"compare", demo("base"), demo("tuned"), "--force", "--out", (dir / "out").string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("has to run them as one"));
  for (const char* file : {"out/report.json", "out/report.md", "out/report.html"}) {
    EXPECT_THAT(support::readFile(dir / file), HasSubstr("has to run them as one")) << file;
  }
}

TEST(Compare, WritesTheRecipeThatRepeatsIt) {
  TempDir dir;
  ASSERT_EQ(support::run({"compare", (kDemo / "base").string(), (kDemo / "tuned").string(),
                          "--force", "--out", (dir / "first").string()})
                .exit_code,
            0);
  const RunResult again = support::run(
      {"run", (dir / "first/recipe.yaml").string(), "--force", "--out", (dir / "second").string()});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(support::readFile(dir / "first/findings.csv"),
            support::readFile(dir / "second/findings.csv"));
}

TEST(Compare, GivesTheSameFindingsForAnyNumberOfThreads) {
  TempDir dir;
  for (const char* jobs : {"1", "3"}) {
    ASSERT_EQ(support::run({"compare", "--all", kDemo.string(), "--jobs", jobs, "--force", "--out",
                            (dir / jobs).string()})
                  .exit_code,
              0);
  }
  EXPECT_EQ(support::readFile(dir / "1/findings.csv"), support::readFile(dir / "3/findings.csv"));
}

TEST(Compare, RefusesWhatIsNeitherPathNorHubName) {
  const RunResult result = support::run({"compare", "not a model", kDemo.string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("neither a path that exists nor org/name"));
}

TEST(Compare, BelievesNoProductThatTheLibraryComputedWrongly) {
  if (support::kSanitized) GTEST_SKIP() << "a sanitizer must be the first library that is loaded";
  TempDir dir;
  const RunResult result =
      support::run({"compare", (kDemo / "base").string(), (kDemo / "tuned").string(), "--force",
                    "--out", (dir / "out").string()},
                   {.environment = {{"LD_PRELOAD", KINDRED_SAMPLE_PLUGINS "/libwrong_blas.so"}}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("the BLAS library computed a wrong product"));
  EXPECT_FALSE(std::filesystem::exists(dir / "out/report.json"));
}

std::set<std::string> ancestors(const json& lineage, const std::string& model) {
  std::set<std::string> all{model};
  if (!lineage.contains(model)) return all;
  for (const auto& parent : lineage.at(model).at("parents")) {
    all.merge(ancestors(lineage, parent.get<std::string>()));
  }
  return all;
}

// Every second checkpoint by name: pairs grow with the square. KINDRED_WHOLE_ZOO takes them all.
void linkZoo(const std::filesystem::path& zoo, const std::filesystem::path& folder) {
  std::set<std::filesystem::path> checkpoints;
  for (const auto& entry : std::filesystem::directory_iterator(zoo)) {
    if (entry.is_directory()) checkpoints.insert(std::filesystem::canonical(entry.path()));
  }
  std::filesystem::create_directory(folder);
  const bool whole = std::getenv("KINDRED_WHOLE_ZOO") != nullptr;
  bool take = true;
  for (const auto& checkpoint : checkpoints) {
    if (take || whole) {
      std::filesystem::create_directory_symlink(checkpoint, folder / checkpoint.filename());
    }
    take = !take;
  }
}

TEST(SharedZoo, KinIsFoundAndNobodyElseAccused) {
  const auto zoo = std::filesystem::path(KINDRED_SOURCE_DIR) / "../shared/zoo";
  if (!std::filesystem::exists(zoo))
    GTEST_SKIP() << "not here: " << zoo;  // an extra check: the demo is always tested
  TempDir dir;
  linkZoo(zoo, dir / "zoo");
  support::RunOptions options;
  options.timeout = std::chrono::seconds(580);
  const RunResult result = support::run({"compare", "--all", (dir / "zoo").string(), "--json",
                                         "--force", "--out", (dir / "out").string()},
                                        options);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json lineage = json::parse(support::readFile(zoo / "lineage.json"));
  std::size_t kin = 0, strangers = 0;
  const json report = json::parse(result.out);
  for (const auto& pair : report.at("pairs")) {
    const std::string a = pair.at("a"), b = pair.at("b");
    const std::set<std::string> of_a = ancestors(lineage, a), of_b = ancestors(lineage, b);
    const bool related = std::any_of(of_a.begin(), of_a.end(),
                                     [&](const std::string& m) { return of_b.contains(m); });
    ++(related ? kin : strangers);
    EXPECT_EQ(pair.at("verdict").at("class"), related ? "shared-weights" : "no-evidence")
        << a << " and " << b;
  }
  EXPECT_GT(kin, 10U);
  EXPECT_GT(strangers, 10U);
}

}  // namespace
}  // namespace kindred::clitest
