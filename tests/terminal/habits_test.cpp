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
  const RunResult failed = compared("models/tuned", "identical,shared-weights");
  EXPECT_EQ(failed.exit_code, 3);
  EXPECT_THAT(failed.err, HasSubstr("kindred: base and tuned: shared-weights, so this call ends "
                                    "with 3 (--fail-on)\n"));
  const RunResult passed = compared("models/stranger", "identical,shared-weights");
  EXPECT_EQ(passed.exit_code, 0);
  EXPECT_THAT(passed.err, Not(HasSubstr("--fail-on")));
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
              HasSubstr("out/compare holds earlier results; these results go to out/compare-2"));
  EXPECT_THAT(second.out, HasSubstr("Report: out/compare-2/report.html"));
  EXPECT_EQ(support::readFile(dir_ / "out/compare/report.json"), first);

  const RunResult named = compare({"--out", "out/compare"});
  EXPECT_EQ(named.exit_code, 2);
  EXPECT_THAT(named.err, HasSubstr("replace its results with --force"));
  EXPECT_EQ(support::readFile(dir_ / "out/compare/report.json"), first);
  EXPECT_EQ(compare({"--out", "out/compare", "--force", "--max-bytes", "1MB"}).exit_code, 0);
  EXPECT_NE(support::readFile(dir_ / "out/compare/report.json"), first);
}

TEST_F(Habits, AFingerprintIsNotOverwrittenUnlessForced) {
  ASSERT_EQ(kindred({"fingerprint", "models/base"}).out.substr(0, 10), "base.kfp: ");
  dir_.write("base.kfp", "somebody's");
  const RunResult second = kindred({"fingerprint", "models/base"});
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_THAT(second.err, HasSubstr("base.kfp exists; this goes to base-2.kfp"));
  EXPECT_THAT(second.out, StartsWith("base-2.kfp: "));
  const RunResult named = kindred({"fingerprint", "models/base", "--out", "base.kfp"});
  EXPECT_EQ(named.exit_code, 2);
  EXPECT_EQ(named.err, "kindred: base.kfp: exists (replace it with --force, or name another)\n");
  EXPECT_EQ(support::readFile(dir_ / "base.kfp"), "somebody's");
  EXPECT_EQ(kindred({"fingerprint", "models/base", "--out", "base.kfp", "--force"}).exit_code, 0);
  EXPECT_EQ(support::readFile(dir_ / "base.kfp"), support::readFile(dir_ / "base-2.kfp"));
}

TEST_F(Habits, ABundleAndAStatementAreNotOverwrittenUnlessForced) {
  const auto compare = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"compare", "models/base", "models/stranger", "--max-bytes",
                                   "100kB",   "--bundle",    "x.kbundle"};
    words.insert(words.end(), more.begin(), more.end());
    return kindred(words);
  };
  dir_.write("x.kbundle", "somebody's");
  const RunResult refused = compare({});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("x.kbundle: exists (replace it with --force"));
  EXPECT_FALSE(fs::exists(dir_ / "out"));
  EXPECT_EQ(support::readFile(dir_ / "x.kbundle"), "somebody's");
  EXPECT_EQ(compare({"--force"}).exit_code, 0);
  EXPECT_NE(support::readFile(dir_ / "x.kbundle"), "somebody's");

  EXPECT_EQ(kindred({"statement", "out/compare"}).out,
            "./compare.intoto.json\n./compare.cdx.json\n");
  fs::remove(dir_ / "compare.intoto.json");
  const RunResult again = kindred({"statement", "out/compare"});
  EXPECT_EQ(again.out, "./compare-2.intoto.json\n./compare-2.cdx.json\n") << again.err;
  const RunResult named = kindred({"statement", "out/compare", "--out", "."});
  EXPECT_EQ(named.exit_code, 2);
  EXPECT_THAT(named.err, HasSubstr("compare.cdx.json: exists (replace it with --force"));
  EXPECT_EQ(kindred({"statement", "out/compare", "--out", ".", "--force"}).exit_code, 0);
}

TEST_F(Habits, AComparisonThatFailsLeavesNoFolderBehind) {
  dir_.write("models/damaged.safetensors", "no safetensors");
  const RunResult failed = kindred({"compare", "models/base", "models/damaged.safetensors"});
  EXPECT_EQ(failed.exit_code, 2);
  EXPECT_FALSE(fs::exists(dir_ / "out"));
}

TEST_F(Habits, EveryPairOfAListIsCompared) {
  dir_.write("models/list.txt", "# three\nbase\ntuned\nstranger  # a stranger\n");
  dir_.write("models/one.txt", "base\n");
  const RunResult result = kindred({"compare", "--all", "models/list.txt", "--max-bytes", "100kB"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("family 1:\n  base\n  tuned\nalone: stranger\n"));
  EXPECT_THAT(kindred({"compare", "--all", "models/one.txt"}).err,
              HasSubstr("models/one.txt: fewer than two models are in this list"));
  EXPECT_THAT(kindred({"compare", "--all", "models/base/config.json"}).err,
              HasSubstr("is neither a folder of models nor a list of them (name a folder, or a "
                        "text file"));
}

TEST_F(Habits, ADryRunPromisesTheMemoryThatTheProgramItselfTakes) {
  const RunResult text = kindred({"compare", "models/base", "models/tuned", "--dry-run"});
  EXPECT_THAT(text.out, testing::ContainsRegex("memory    about [0-9.]+ MB, of which one step"));
  const auto document = nlohmann::json::parse(
      kindred({"compare", "models/base", "models/tuned", "--dry-run", "--json"}).out);
  EXPECT_GT(document.at("memory"), 5'000'000);
  EXPECT_GT(document.at("seconds_to_read"), 0);
  EXPECT_GT(document.at("bytes_a_second").at("base"), 0);
  EXPECT_TRUE(document.at("seconds_a_request").is_null()) << "nothing is asked of a server";
}

TEST_F(Habits, SizesHaveTheirUnits) {
  EXPECT_THAT(kindred({"inspect", "models/tuned"}).out,
              testing::ContainsRegex("\n +691\\.[0-9] kB +57  model\\.safetensors\n"));
  dir_.write("recipe.yaml",
             "kindred: 1\nsources: {disk: {plugin: local-mmap, root: models}}\n"
             "models: {a: disk:base}\nsteps:\n"
             "  - {name: means, describe: a, select: {role: norm.final}, metrics: [moments]}\n");
  const RunResult plan = kindred({"plan", "recipe.yaml"});
  EXPECT_EQ(plan.exit_code, 0) << plan.err;
  EXPECT_THAT(plan.out, AllOf(HasSubstr("128 bytes"), HasSubstr(" kB, headers included\n")));
}

TEST_F(Habits, ARoleThatNoArchitectureHasIsAnErrorOfTheRecipe) {
  dir_.write("recipe.yaml",
             "kindred: 1\nsources: {disk: {plugin: local-mmap, root: models}}\n"
             "models: {a: disk:base}\nsteps:\n"
             "  - {name: means, describe: a, select: {role: norm.finel}, metrics: [moments]}\n");
  for (const char* command : {"check", "run"}) {
    const RunResult result = kindred({command, "recipe.yaml"});
    EXPECT_EQ(result.exit_code, 2) << command;
    EXPECT_EQ(result.err,
              "recipe.yaml:5:47: no architecture has a role 'norm.finel' (did you mean "
              "'norm.final'?)\n")
        << command;
  }
}

TEST_F(Habits, AFingerprintIsInspectedAsOne) {
  ASSERT_EQ(kindred({"fingerprint", "models/base"}).exit_code, 0);
  const RunResult result = kindred({"inspect", "base.kfp"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(
      result.out,
      AllOf(StartsWith("fingerprint   of base\n"), HasSubstr("family        llama\n"),
            HasSubstr("parameters    342,848, 68"), HasSubstr("language model: 1,056 units"),
            Not(HasSubstr("of no known family"))));
  const auto document = nlohmann::json::parse(kindred({"inspect", "base.kfp", "--json"}).out);
  EXPECT_EQ(document.at("fingerprint_of"), "base");
  EXPECT_EQ(document.at("components").at(0).at("units"), 1056);
}

TEST_F(Habits, ReportsSayWhatAStepClaimsAndWhy) {
  dir_.write(
      "recipe.yaml",
      "kindred: 1\nsources: {disk: {plugin: local-mmap, root: models}}\n"
      "models: {a: disk:base}\nsteps:\n"
      "  - {name: means, describe: a, metrics: [moments], claim: they are zero, why: a look}\n");
  const RunResult result = kindred({"run", "recipe.yaml", "--out", "out"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(support::readFile(dir_ / "out/report.md"),
              HasSubstr("\n- means: claim: they are zero\n- means: why: a look\n"));
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

TEST_F(Habits, FilesOfOnesOwnAreNotTakenForThoseOfAnEarlierRun) {
  fs::create_directories(dir_ / "out/compare");
  dir_.write("out/compare/report.md", "my own words");
  const RunResult result = kindred({"compare", "models/base", "models/tuned"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("kindred: out/compare holds report.md, which no run of Kindred "
                                    "wrote; these results go to out/compare-2\n"));
  EXPECT_EQ(support::readFile(dir_ / "out/compare/report.md"), "my own words");
}

TEST_F(Habits, FoldersWithoutPluginsAreNamedAndTheRunGoesOn) {
  fs::create_directories(dir_ / "empty");
  const RunResult result =
      kindred({"compare", "--plugin-path", "empty:nowhere", "--", "models/base", "models/tuned"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("kindred: --plugin-path: 'empty' holds no plugin (files NAME.so)\n"),
                    HasSubstr("kindred: --plugin-path: 'nowhere' is no folder\n")));
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
