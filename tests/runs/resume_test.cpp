// Runs that end early and are gone on with: what is kept, what is believed of it, what comes out.
#include <gmock/gmock.h>
#include <signal.h>

#include <thread>

#include "cli/recipes.hpp"
#include "cli/toys.hpp"
#include "resumed.hpp"

namespace kindred::clitest {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Three steps over a pair of models, the last of which breaks where FRAGILE says so.
class Resume : public testing::Test {
 protected:
  Resume() {
    writePair(dir_, 1, 1);
    file_ =
        dir_.write("recipe.yaml", recipe(std::string(kSameName) +
                                         "  - {name: moments, describe: a, metrics: [moments]}\n"
                                         "  - {name: late, describe: b, metrics: [fragile]}\n"))
            .string();
  }

  std::vector<std::string> command(const std::string& option, const std::string& folder) const {
    return {"run",    file_, "--plugin-path", KINDRED_SAMPLE_PLUGINS "/sound",
            "--jobs", "1",   option,          out(folder)};
  }
  std::string out(const std::string& folder) const { return (dir_ / folder).string(); }

  RunResult run(const std::string& option, const std::string& folder,
                const std::string& fragile = "") const {
    return support::run(command(option, folder), {.environment = {{"FRAGILE", fragile}}});
  }
  // Runs until the last step is at it, and ends there by this signal.
  RunResult endedBy(int signal, const std::string& folder, const std::string& fragile,
                    const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = support::kindredCommand(command("--out", folder));
    words.insert(words.end(), more.begin(), more.end());
    support::Process process(words, {.environment = {{"FRAGILE", fragile}}});
    EXPECT_TRUE(process.waitFor("fragile is at it"));
    process.send(signal);
    return process.finish();
  }
  void expectTheSame(const std::string& folder, const std::string& whole) const {
    expectSameResults(dir_ / folder, dir_ / whole);
  }

  TempDir dir_;
  std::string file_;
};

TEST_F(Resume, AfterALateFailureGivesTheSameBytesAndReadsNothingTwice) {
  ASSERT_EQ(run("--out", "whole").exit_code, 0);
  EXPECT_FALSE(fs::exists(dir_ / "whole/journal"));
  const RunResult failed = run("--out", "out", "fails");
  EXPECT_EQ(failed.exit_code, 2);
  EXPECT_THAT(failed.err,
              AllOf(HasSubstr("fragile broke"), HasSubstr("what is finished is kept"),
                    HasSubstr("kindred run " + file_), HasSubstr("--resume " + out("out"))));
  EXPECT_EQ(unitsIn(dir_ / "out").size(), 2U);
  const fs::file_time_type before = fs::last_write_time(unitsIn(dir_ / "out").front());
  const RunResult again = run("--resume", "out", "fails");
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_EQ(fs::last_write_time(unitsIn(dir_ / "out").front()), before);
  const RunResult resumed = run("--resume", "out");
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(resumed.err, "");
  expectTheSame("out", "whole");
  EXPECT_FALSE(fs::exists(dir_ / "out/journal"));
}

TEST_F(Resume, AfterAKillGivesTheSameBytes) {
  ASSERT_EQ(run("--out", "whole").exit_code, 0);
  EXPECT_EQ(endedBy(SIGKILL, "out", "hangs").signal, SIGKILL);
  EXPECT_FALSE(fs::exists(dir_ / "out/report.json"));
  EXPECT_EQ(run("--resume", "out").exit_code, 0);
  expectTheSame("out", "whole");
}

TEST_F(Resume, AnInterruptedRunSaysTheCommandThatGoesOnAndWritesWhatItHas) {
  ASSERT_EQ(run("--out", "whole").exit_code, 0);
  const RunResult ended = endedBy(SIGINT, "out", "computes");
  EXPECT_EQ(ended.exit_code, 130) << ended.err;
  EXPECT_THAT(ended.err,
              AllOf(HasSubstr("kindred: stopping; what is finished is kept"),
                    HasSubstr("--resume " + out("out")), HasSubstr("Once more ends it at once")));
  EXPECT_THAT(ended.err, Not(HasSubstr("did not stop")));
  const json report = reportOf(dir_);
  EXPECT_EQ(report.at("complete"), false);
  EXPECT_EQ(summaryOf(report, "same", "mad", "mad").at("count"), 4);
  EXPECT_EQ(run("--resume", "out").exit_code, 0);
  expectTheSame("out", "whole");
}

TEST_F(Resume, WhatDoesNotStopIsLeftBehindAndWhatIsFinishedIsKept) {
  ASSERT_EQ(run("--out", "whole").exit_code, 0);
  const RunResult ended = endedBy(SIGINT, "out", "hangs", {"--trust"});
  EXPECT_EQ(ended.exit_code, 130) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("what was under way did not stop"));
  EXPECT_EQ(run("--resume", "out").exit_code, 0);
  expectTheSame("out", "whole");
}

TEST_F(Resume, ASecondSignalEndsAtOnce) {
  std::vector<std::string> words = support::kindredCommand(command("--out", "out"));
  words.push_back("--trust");  // a process of its own would be ended by the first one
  support::Process process(words, {.environment = {{"FRAGILE", "hangs"}}});
  ASSERT_TRUE(process.waitFor("fragile is at it"));
  process.send(SIGINT);
  ASSERT_TRUE(process.waitFor("Once more ends it at once"));
  process.send(SIGINT);
  EXPECT_EQ(process.finish().signal, SIGINT);
  EXPECT_EQ(run("--resume", "out").exit_code, 0);
}

TEST_F(Resume, ComputesAgainWhatIsDamagedCutOffOrALink) {
  ASSERT_EQ(run("--out", "whole").exit_code, 0);
  const auto spoil = [&](const std::string& folder, const auto& how) {
    ASSERT_EQ(run("--out", folder, "fails").exit_code, 2);
    for (const fs::path& unit : unitsIn(dir_ / folder)) how(unit);
    const RunResult resumed = run("--resume", folder);
    EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
    EXPECT_THAT(resumed.err, HasSubstr("2 of the journal's files were damaged or not yours"));
    expectTheSame(folder, "whole");
  };
  spoil("changed", [](const fs::path& unit) {
    std::string text = support::readFile(unit);
    const std::size_t at = text.find("\"value\":") + 8;
    text[at] = text[at] == '1' ? '2' : '1';
    std::ofstream(unit, std::ios::binary) << text;
  });
  spoil("cut", [](const fs::path& unit) { fs::resize_file(unit, fs::file_size(unit) / 2); });
  spoil("empty", [](const fs::path& unit) { fs::resize_file(unit, 0); });
  spoil("linked", [&](const fs::path& unit) {
    const fs::path elsewhere = dir_ / unit.filename().string();
    fs::rename(unit, elsewhere);
    fs::create_symlink(elsewhere, unit);
  });
  spoil("everybody's", [](const fs::path& unit) {
    fs::permissions(unit, fs::perms::others_write, fs::perm_options::add);
  });
}

TEST_F(Resume, RefusesTheJournalOfAnotherRunByWhatDiffers) {
  ASSERT_EQ(run("--out", "out", "fails").exit_code, 2);
  std::vector<std::string> other = command("--resume", "out");
  other.insert(other.end(), {"--set", "title=another"});
  const RunResult recipe = support::run(other);
  EXPECT_EQ(recipe.exit_code, 2);
  EXPECT_THAT(recipe.err, HasSubstr("holds the journal of another run: not the same recipe ("));
  writePair(dir_, 1, 2);
  const RunResult models = run("--resume", "out");
  EXPECT_EQ(models.exit_code, 2);
  EXPECT_THAT(models.err, HasSubstr("not the same models ("));
  EXPECT_EQ(unitsIn(dir_ / "out").size(), 2U);
}

TEST_F(Resume, NeedsAJournalAndNeitherOutNorForceNorBundle) {
  const RunResult none = run("--resume", "nowhere");
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, AllOf(HasSubstr(out("nowhere")), HasSubstr("there is no journal")));
  EXPECT_FALSE(fs::exists(dir_ / "nowhere"));
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--out", out("x")}, {"--force"}, {"--bundle", out("x.kbundle")}}) {
    std::vector<std::string> words = command("--resume", "out");
    words.insert(words.end(), more.begin(), more.end());
    const RunResult result = support::run(words);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr(more.front() + ": does not go with --resume"));
  }
}

TEST_F(Resume, AFolderWithAJournalIsNotBegunAnewUnasked) {
  ASSERT_EQ(run("--out", "out", "fails").exit_code, 2);
  const RunResult anew = run("--out", "out");
  EXPECT_EQ(anew.exit_code, 2);
  EXPECT_THAT(anew.err, AllOf(HasSubstr("did not come to its end"), HasSubstr("--resume")));
  std::vector<std::string> forced = command("--out", "out");
  forced.emplace_back("--force");
  EXPECT_EQ(support::run(forced).exit_code, 0);
  EXPECT_FALSE(fs::exists(dir_ / "out/journal"));
}

TEST_F(Resume, TwoRunsDoNotWriteIntoOneFolder) {
  support::Process process(support::kindredCommand(command("--out", "out")),
                           {.environment = {{"FRAGILE", "hangs"}}});
  ASSERT_TRUE(process.waitFor("fragile is at it"));
  for (const char* option : {"--resume", "--out"}) {
    const RunResult other = run(option, "out");
    EXPECT_EQ(other.exit_code, 2);
    EXPECT_THAT(other.err, HasSubstr("another run is writing its results here"));
  }
}

// The second takes another folder while the first has written nothing yet but its journal.
TEST_F(Resume, TwoRunsOfOneNameTakeTwoFolders) {
  std::vector<std::string> unnamed = command("--out", "out");
  unnamed.resize(unnamed.size() - 2);
  support::Process process(support::kindredCommand(unnamed),
                           {.environment = {{"FRAGILE", "hangs"}}, .directory = dir_.path()});
  ASSERT_TRUE(process.waitFor("fragile is at it"));
  const RunResult other = support::run(unnamed, {.directory = dir_.path()});
  EXPECT_EQ(other.exit_code, 0) << other.err;
  EXPECT_THAT(other.err, HasSubstr("these results go to out/recipe-2"));
  EXPECT_TRUE(fs::exists(dir_ / "out/recipe-2/report.json"));
}

TEST_F(Resume, AFolderThatAFailedCallMadeIsGone) {
  const RunResult failed =
      support::run({"compare", (dir_ / "none-a").string(), (dir_ / "none-b").string(), "--out",
                    (dir_ / "deep/er").string()});
  EXPECT_EQ(failed.exit_code, 2);
  EXPECT_FALSE(fs::exists(dir_ / "deep"));
}

TEST_F(Resume, RemovesNothingOfOthersFromAJournalsFolder) {
  ASSERT_EQ(run("--out", "out", "fails").exit_code, 2);
  dir_.write("out/journal/mine.txt", "mine");
  EXPECT_EQ(run("--resume", "out").exit_code, 0);
  EXPECT_EQ(support::readFile(dir_ / "out/journal/mine.txt"), "mine");
  EXPECT_TRUE(unitsIn(dir_ / "out").empty());
}

// Every pair of a folder, and one model against many: ended after some units, whichever.
class ResumeMany : public testing::Test {
 protected:
  ResumeMany() { writeToyFamily(dir_ / "models"); }

  void expectResumes(std::vector<std::string> command, std::size_t units, const char* result) {
    const auto with = [&](const std::string& option, const std::string& folder) {
      std::vector<std::string> words = command;
      words.insert(words.end(), {option, (dir_ / folder).string()});
      return words;
    };
    ASSERT_EQ(support::run(with("--out", "whole")).exit_code, 0);
    {
      support::Process process(support::kindredCommand(with("--out", "out")));
      while (unitsIn(dir_ / "out").size() < units && !fs::exists(dir_ / "out" / result)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
      process.send(SIGKILL);
      process.finish();
    }
    ASSERT_TRUE(fs::exists(dir_ / "out/journal/run")) << "it ended before it was killed";
    const RunResult resumed = support::run(with("--resume", "out"));
    EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
    EXPECT_FALSE(fs::exists(dir_ / "out/journal"));
  }

  TempDir dir_;
};

TEST_F(ResumeMany, EveryPairOfAFolderAfterAKillInTheMiddleOfItsTests) {
  // Ten pairs with two steps of bytes each, five profiles, then pairs.
  expectResumes({"compare", "--all", (dir_ / "models").string(), "--jobs", "1"}, 27, "report.json");
  expectSameResults(dir_ / "out", dir_ / "whole");
}

TEST_F(ResumeMany, OneModelAmongManyAfterAKill) {
  expectResumes({"identify", (dir_ / "models/child").string(), "--among",
                 (dir_ / "models").string(), "--jobs", "1"},
                2, "identify.json");
  for (const char* file : {"identify.json", "identify.txt"}) {
    EXPECT_EQ(support::readFile(dir_ / "out" / file), support::readFile(dir_ / "whole" / file));
  }
}

TEST(Interrupted, APermutationTestOfHalfABillionOrdersStops) {
  TempDir dir;
  writePair(dir, 1, 1);
  const auto file =
      dir.write("recipe.yaml", recipe("  - name: all\n    compare: [a, b]\n"
                                      "    select: [\"layers.{layer}.up\"]\n"
                                      "    pair: all-layers\n    metrics: [cosine]\n"
                                      "  - name: aligned\n    test: {plugin: permutation-test, "
                                      "of: all.cosine, permutations: 500000000}\n"));
  support::Process process(
      support::kindredCommand({"run", file.string(), "--out", (dir / "out").string()}));
  while (unitsIn(dir / "out").empty()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  process.send(SIGINT);
  const RunResult result = process.finish();
  EXPECT_EQ(result.exit_code, 130) << result.err;
  EXPECT_THAT(result.err, Not(HasSubstr("did not stop")));
  EXPECT_EQ(reportOf(dir).at("complete"), false);
}

}  // namespace
}  // namespace kindred::clitest
