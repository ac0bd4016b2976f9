// What people expect of any command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace kindred::terminaltest {
namespace {

namespace fs = std::filesystem;
using support::RunResult;
using support::TempDir;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const fs::path kSource = KINDRED_SOURCE_DIR;

// The demo's models under models/, in a folder of the test's own.
class Habits : public testing::Test {
 protected:
  Habits() {
    fs::create_directories(dir_ / "models");
    for (const char* name : {"base", "tuned", "stranger"}) {
      fs::copy(kSource / "configs/demo" / name, dir_ / "models" / name,
               fs::copy_options::recursive);
    }
  }

  RunResult kindred(std::vector<std::string> words) const {
    return support::run(std::move(words), {.directory = dir_.path()});
  }

  TempDir dir_;
};

TEST_F(Habits, HelpIsGivenForEveryWayToAskForIt) {
  const std::string said = kindred({"compare", "--help"}).out;
  EXPECT_THAT(said, StartsWith("kindred compare A B"));
  for (const auto& words : std::vector<std::vector<std::string>>{{"compare", "-h"},
                                                                 {"-h", "compare"},
                                                                 {"help", "compare"},
                                                                 {"compare", "a", "b", "-h"}}) {
    const RunResult result = kindred(words);
    EXPECT_EQ(result.exit_code, 0) << words.front();
    EXPECT_EQ(result.out, said) << words.front();
  }
  EXPECT_THAT(kindred({"help", "comprae"}).err, HasSubstr("did you mean 'compare'?"));
}

TEST_F(Habits, TheVersionSaysWithWhatTheProgramWasBuiltAndWhereItsPluginsAre) {
  const RunResult result = kindred({"-V"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, kindred({"--version"}).out);
  EXPECT_THAT(result.out,
              AllOf(StartsWith("kindred "), HasSubstr("compiler "), HasSubstr("build type "),
                    HasSubstr("kindred_abi_"), HasSubstr(std::string(KINDRED_PLUGIN_DIR))));
}

TEST_F(Habits, SlipsInOptionsCommandsAndPathsAreToldWhatTheyMayHaveMeant) {
  EXPECT_THAT(kindred({"compare", "a", "b", "--outt", "x"}).err,
              HasSubstr("kindred compare has no option '--outt' (did you mean '--out'?)"));
  EXPECT_THAT(kindred({"--offlien", "compare"}).err, HasSubstr("did you mean '--offline'?"));
  EXPECT_THAT(kindred({"compare", "models/bsae", "models/tuned"}).err,
              HasSubstr("did you mean 'models/base'?"));
  EXPECT_THAT(kindred({"compare", "modles/base", "models/tuned"}).err,
              AllOf(HasSubstr("did you mean 'models/base'?"), HasSubstr("hub:modles/base")));
  EXPECT_THAT(kindred({"compare", "--all", "modles"}).err, HasSubstr("did you mean 'models'?"));
  dir_.write("recipe.yaml", "kindred: 1\n");
  EXPECT_THAT(kindred({"check", "recpie.yaml"}).err, HasSubstr("did you mean 'recipe.yaml'?"));
}

TEST_F(Habits, OptionsMayStandBeforeTheCommand) {
  const RunResult result = kindred(
      {"--offline", "--max-bytes", "1MB", "--json", "compare", "models/base", "models/stranger"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(nlohmann::json::parse(result.out).at("verdict").at("class"), "no-evidence");
}

TEST_F(Habits, AVerdictThatShouldFailTheCallDoes) {
  const auto compared = [&](const char* b, const char* classes) {
    return kindred({"compare", "models/base", b, "--fail-on", classes});
  };
  EXPECT_EQ(compared("models/tuned", "identical,shared-weights").exit_code, 3);
  EXPECT_EQ(compared("models/stranger", "identical,shared-weights").exit_code, 0);
  const RunResult slip = compared("models/tuned", "shared-weight");
  EXPECT_EQ(slip.exit_code, 2);
  EXPECT_THAT(slip.err, HasSubstr("did you mean 'shared-weights'?"));
}

TEST_F(Habits, EarlierResultsAreNotOverwrittenUnlessForced) {
  const auto compare = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"compare", "models/base", "models/stranger"};
    words.insert(words.end(), more.begin(), more.end());
    return kindred(words);
  };
  ASSERT_EQ(compare({}).exit_code, 0);
  const std::string first = support::readFile(dir_ / "out/compare/report.json");
  const RunResult second = compare({"--max-bytes", "1MB"});
  EXPECT_EQ(second.exit_code, 0);
  EXPECT_THAT(second.err,
              HasSubstr("out/compare holds earlier results; these go to out/compare-2"));
  EXPECT_THAT(second.out, HasSubstr("Report: out/compare-2/report.html"));
  EXPECT_EQ(support::readFile(dir_ / "out/compare/report.json"), first);

  const RunResult named = compare({"--out", "out/compare"});
  EXPECT_EQ(named.exit_code, 2);
  EXPECT_THAT(named.err, HasSubstr("replace its results with --force"));
  EXPECT_EQ(support::readFile(dir_ / "out/compare/report.json"), first);
  EXPECT_EQ(compare({"--out", "out/compare", "--force", "--max-bytes", "1MB"}).exit_code, 0);
  EXPECT_NE(support::readFile(dir_ / "out/compare/report.json"), first);
}

TEST_F(Habits, ResultsOfOtherProgramsAreNotOverwrittenEvenIfForced) {
  fs::create_directories(dir_ / "theirs");
  dir_.write("theirs/report.json", "{\"theirs\": true}");
  const RunResult result =
      kindred({"compare", "models/base", "models/tuned", "--out", "theirs", "--force"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("which no run of Kindred wrote"));
  EXPECT_EQ(support::readFile(dir_ / "theirs/report.json"), "{\"theirs\": true}");
}

TEST_F(Habits, WhatAPluginPrintsIsNoPartOfTheAnswer) {
  const fs::path plugins = fs::path(KINDRED_SAMPLE_PLUGINS) / "talkative";
  dir_.write("recipe.yaml",
             "kindred: 1\nsources: {disk: {plugin: local-mmap, root: models}}\n"
             "models: {a: disk:base}\nsteps:\n"
             "  - {name: means, describe: a, metrics: [mean]}\n");
  const RunResult result =
      kindred({"run", "recipe.yaml", "--json", "--plugin-path", plugins.string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(nlohmann::json::accept(result.out)) << result.out;
  EXPECT_THAT(result.err, AllOf(HasSubstr("by stdio"), HasSubstr("by a stream")));
}

}  // namespace
}  // namespace kindred::terminaltest
