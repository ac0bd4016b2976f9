#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes.hpp"

namespace kindred::clitest {
namespace {

using testing::HasSubstr;

TEST(CommandLine, SaysWhatItCanDo) {
  const RunResult result = support::run({"--help"});
  EXPECT_EQ(result.exit_code, 0);
  for (const char* command : {"run RECIPE", "plan RECIPE", "check RECIPE"}) {
    EXPECT_THAT(result.out, HasSubstr(command));
  }
}

TEST(CommandLine, RefusesAnUnknownCommandWithANearMiss) {
  const RunResult result = support::run({"chekc", "x.yaml"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("there is no command 'chekc' (did you mean 'check'?)"));
}

TEST(CommandLine, RefusesUnknownOptionsMissingArgumentsAndBadNumbers) {
  EXPECT_THAT(support::run({"run", "x.yaml", "--tidy"}).err, HasSubstr("--tidy"));
  EXPECT_EQ(support::run({"run"}).exit_code, 2);
  const RunResult jobs = support::run({"run", "x.yaml", "--jobs", "many"});
  EXPECT_EQ(jobs.exit_code, 2);
  EXPECT_THAT(jobs.err, HasSubstr("--jobs: 'many' is not a whole number from 1 to 1024"));
}

TEST(CommandLine, NamesARecipeThatIsNotThere) {
  const RunResult result = support::run({"check", "missing.yaml"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("missing.yaml"));
}

TEST(CommandLine, ShowsNoControlCharactersOfWhatItWasGiven) {
  const std::string name = "x\x1b[31m\x07";
  for (const auto& words : std::vector<std::vector<std::string>>{{name},
                                                                 {"run", name},
                                                                 {"compare", name, name},
                                                                 {"compare", "./" + name, name},
                                                                 {"verify", name},
                                                                 {"plugins", name},
                                                                 {"compare", "--" + name}}) {
    const RunResult result = support::run(words);
    EXPECT_EQ(result.exit_code, 2) << words.front();
    EXPECT_EQ((result.out + result.err).find_first_of("\x1b\x07"), std::string::npos)
        << words.front();
    EXPECT_THAT(result.err, testing::HasSubstr("\\u001b[31m\\u0007")) << words.front();
  }
}

TEST(CommandLine, ComparesModelsWhoseFoldersHaveControlCharactersInTheirNames) {
  TempDir dir;
  writePair(dir, 1, 2);
  std::filesystem::rename(dir / "b", dir / "b\x1b[31m\nb");
  const RunResult result =
      support::run({"compare", (dir / "a").string(), (dir / "b\x1b[31m\nb").string(), "--force",
                    "--out", (dir / "out").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ((result.out + result.err).find('\x1b'), std::string::npos);
}

TEST(CommandLine, PrintsManPageAndCompletionFromTheSameTable) {
  EXPECT_THAT(support::run({"help", "--man"}).out, HasSubstr(".B kindred run RECIPE"));
  const std::string options = support::run({"complete", "--", "run", "--"}).out;
  for (const char* option : {"--help\t", "--out\t", "--set\t"}) {
    EXPECT_THAT(options, HasSubstr(option));
  }
}

TEST(CommandLine, FailsWhereStandardOutputIsFull) {
  if (!std::filesystem::exists("/dev/full"))
    GTEST_SKIP() << "not here: "
                 << "/dev/full";
  const RunResult result =
      support::runCommand({"/bin/bash", "-c", std::string(KINDRED_BINARY) + " --help > /dev/full"});
  EXPECT_EQ(result.exit_code, 2);
}

TEST(Plan, NamesBytesOfEachModelBeforeAnythingIsRead) {
  TempDir dir;
  writePair(dir, 1, 2);
  const auto file = dir.write("recipe.yaml", recipe(kSameName));
  const RunResult result = support::run({"plan", file.string(), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto plan = nlohmann::json::parse(result.out);
  EXPECT_EQ(plan.at("steps").at(0).at("pairs"), 4);
  EXPECT_EQ(plan.at("steps").at(0).at("bytes"), 2 * (2 * 64 * 4 + 2 * 32 * 64 * 2));
  EXPECT_GT(plan.at("bytes_by_model").at("a").get<int>(), 2 * 64 * 4 + 2 * 32 * 64 * 2);
}

TEST(Plan, OverTheBudgetIsRefused) {
  TempDir dir;
  writePair(dir, 1, 2);
  const auto file = dir.write("recipe.yaml", recipe(kSameName));
  const RunResult result = support::run({"plan", file.string(), "--max-bytes", "1kB"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--max-bytes allows"));
}

TEST(Check, OfAGoodRecipeOpensNoModel) {
  TempDir dir;
  const auto file = dir.write("recipe.yaml", recipe(kSameName));  // a/ and b/ do not exist
  const RunResult result = support::run({"check", file.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

}  // namespace
}  // namespace kindred::clitest
