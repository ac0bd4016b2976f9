// Plugins that did not come with the program, which may crash, exit or hang.
#include <gmock/gmock.h>

#include "cli/recipes.hpp"
#include "resumed.hpp"

namespace kindred::clitest {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class Guests : public testing::Test {
 protected:
  Guests() {
    writePair(dir_, 1, 1);
    file_ =
        dir_.write("recipe.yaml", recipe(std::string(kSameName) +
                                         "  - {name: guest, describe: b, metrics: [fragile]}\n"
                                         "  - {name: after, describe: a, metrics: [moments]}\n"))
            .string();
  }
  RunResult run(const std::string& out, const std::string& fragile,
                std::vector<std::string> more = {}, const std::string& option = "--out") const {
    std::vector<std::string> words{"run",           file_,
                                   "--plugin-path", KINDRED_SAMPLE_PLUGINS "/sound",
                                   "--plugin-path", KINDRED_SAMPLE_PLUGINS "/answering",
                                   option,          (dir_ / out).string()};
    words.insert(words.end(), more.begin(), more.end());
    return support::run(words, {.environment = {{"FRAGILE", fragile}}, .directory = dir_.path()});
  }
  // Ends with a sentence that names the plugin, with all else kept; goes on from it.
  void expectNamed(const std::string& how, const std::string& what,
                   const std::vector<std::string>& more = {}) {
    ASSERT_EQ(run("whole", "").exit_code, 0);
    const RunResult ended = run("out", how, more);
    EXPECT_EQ(ended.signal, 0);
    EXPECT_EQ(ended.exit_code, 2) << ended.err;
    EXPECT_THAT(ended.err, AllOf(HasSubstr("plugin 'fragile'"), HasSubstr(what),
                                 HasSubstr("what is finished is kept")));
    EXPECT_FALSE(fs::exists(dir_ / "out/report.json"));
    EXPECT_EQ(unitsIn(dir_ / "out").size(), 1U);
    const RunResult resumed = run("out", "", {}, "--resume");
    EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
    expectSameResults(dir_ / "out", dir_ / "whole");
  }

  TempDir dir_;
  std::string file_;
};

TEST_F(Guests, ThatCrashAreNamed) { expectNamed("crashes", "signal 11"); }

TEST_F(Guests, ThatExitAreNamed) { expectNamed("exits", "exit code 0"); }

TEST_F(Guests, ThatHangAreNamedAndEnded) {
  expectNamed("hangs", "had no result after 2 s", {"--plugin-time", "2"});
}

TEST_F(Guests, ThatExitWhereTheyAreMadeAreNoAnswer) {
  const RunResult ended = run("out", "exits at once");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.err, HasSubstr("a plugin called exit() before the command came to its end"));
}

TEST_F(Guests, ThatThrowAreNamed) { expectNamed("fails", "fragile broke"); }

TEST_F(Guests, ThatAreTrustedRunInTheProgramItselfWithTheSameResults) {
  ASSERT_EQ(run("whole", "").exit_code, 0);
  ASSERT_EQ(run("trusted", "", {"--trust"}).exit_code, 0);
  expectSameResults(dir_ / "trusted", dir_ / "whole");
  EXPECT_EQ(run("crashed", "crashes", {"--trust"}).signal, SIGSEGV);
}

TEST_F(Guests, SayWhatTheySayOnStandardErrorOnce) {
  // On one thread: two may both say it before the first one crashes.
  const RunResult ended = run("out", "crashes", {"--jobs", "1"});
  const std::size_t said = ended.err.find("fragile is at it");
  ASSERT_NE(said, std::string::npos) << ended.err;
  EXPECT_EQ(ended.err.find("fragile is at it", said + 1), std::string::npos) << ended.err;
}

// Steps of which one uses a plugin that means harm.
class Intruders : public testing::Test {
 protected:
  Intruders() {
    writePair(dir_, 1, 1);
    file_ =
        dir_.write("recipe.yaml", recipe(std::string(kSameName) +
                                         "  - {name: guest, describe: b, metrics: [intruder]}\n"
                                         "  - {name: after, describe: a, metrics: [fragile]}\n"))
            .string();
    dir_.write("kept", "what was there");
  }
  RunResult run(const std::string& out, const std::string& how, std::vector<std::string> more = {},
                const std::string& fragile = "") const {
    std::vector<std::string> words{"run",           file_,
                                   "--plugin-path", KINDRED_SAMPLE_PLUGINS "/sound",
                                   "--out",         (dir_ / out).string(),
                                   "--force"};
    words.insert(words.end(), more.begin(), more.end());
    return support::run(words, {.environment = {{"INTRUDER", how},
                                                {"FRAGILE", fragile},
                                                {"INTRUDER_TELLS", (dir_ / "told").string()}},
                                .directory = dir_.path()});
  }
  // What an honest process tells of the step, without the mark that it is a result.
  std::string honest() {
    EXPECT_NE(run("kept-units", "", {}, "crashes").exit_code, 0);
    for (const fs::path& unit : unitsIn(dir_ / "kept-units")) {
      const std::string text = support::readFile(unit);
      if (text.find("intruder") != std::string::npos) return text.substr(text.find("\n{") + 1);
    }
    ADD_FAILURE() << "no unit of the step was kept";
    return {};
  }
  RunResult told(const std::string& text) {
    dir_.write("told", text);
    return run("out", "tells");
  }

  TempDir dir_;
  std::string file_;
};

TEST_F(Intruders, DoNothingBesideComputing) {
  const RunResult confined = run("out", "intrudes");
  EXPECT_EQ(confined.exit_code, 0) << confined.err;
  if (confined.err.find("a socket: refused") == std::string::npos) {
    GTEST_SKIP() << "this kernel confines nobody";
  }
  EXPECT_THAT(confined.err, HasSubstr("a thread: done"));
  EXPECT_EQ(confined.err.find(": done"), confined.err.rfind(": done")) << confined.err;
  for (const char* name : {"written", "linked", "made", "started"}) {
    EXPECT_FALSE(fs::exists(fs::symlink_status(dir_ / name))) << name;
  }
  EXPECT_EQ(support::readFile(dir_ / "kept"), "what was there");
  EXPECT_EQ(run("trusted", "intrudes", {"--trust"}).exit_code, 0);
  EXPECT_TRUE(fs::exists(dir_ / "written"));
}

TEST_F(Intruders, ThatCanTellNothingMoreAreEndedInTime) {
  const RunResult ended = run("out", "closes", {"--plugin-time", "2"});
  EXPECT_EQ(ended.exit_code, 2) << ended.err;
  EXPECT_THAT(ended.err,
              AllOf(HasSubstr("plugin 'intruder'"), HasSubstr("had no result after 2 s")));
}

TEST_F(Intruders, TellResultsOfTheirOwnStepAlone) {
  const std::string text = honest();
  ASSERT_EQ(run("whole", "").exit_code, 0);
  ASSERT_EQ(told("+" + text).exit_code, 0) << "what an honest process tells";
  expectSameResults(dir_ / "out", dir_ / "whole");
  std::string of_others = text;
  for (std::size_t at = 0; (at = of_others.find("\"guest\"", at)) != std::string::npos;) {
    of_others.replace(at, 7, "\"same\"");
  }
  ASSERT_NE(of_others, text);
  const RunResult refused = told("+" + of_others);
  EXPECT_EQ(refused.exit_code, 2) << refused.err;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("plugin 'intruder'"),
                                 HasSubstr("told what is not its own, of step 'same'")));
}

TEST_F(Intruders, ThatTellNonsenseAreNamedInOneLine) {
  const std::string text = honest();
  for (const std::string& nonsense :
       {std::string("+"), std::string("+{}"), std::string("+[1, 2"), "+" + text.substr(1),
        "+" + text.substr(0, text.size() / 2), "+" + text + text,
        std::string("+\xff\x00\x1b[2J", 7), "+" + std::string(100000, '[')}) {
    const RunResult refused = told(nonsense);
    EXPECT_EQ(refused.signal, 0);
    EXPECT_EQ(refused.exit_code, 2) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("plugin 'intruder'")) << nonsense.substr(0, 40);
    EXPECT_EQ(refused.err.find('\x1b'), std::string::npos) << refused.err;
  }
}

TEST_F(Intruders, ThatTellNeitherAResultNorAnErrorAreNamed) {
  for (const char* neither : {"-[99, \"\", \"what\", \"\"]", "-[0]", "-", "?", "-\"x\""}) {
    const RunResult refused = told(neither);
    EXPECT_EQ(refused.exit_code, 2) << refused.err;
    EXPECT_THAT(refused.err, AllOf(HasSubstr("plugin 'intruder'"),
                                   HasSubstr("told what is neither a result nor an error")));
  }
}

TEST_F(Intruders, ThatTellOfErrorsCannotCommandATerminal) {
  const RunResult refused =
      told("-[0, \"there\\u001b[2J\", \"what\\u001b[2J\\nkindred: all is well\", \"\"]");
  EXPECT_EQ(refused.signal, 0);
  EXPECT_EQ(refused.exit_code, 2) << refused.err;
  EXPECT_EQ(refused.err.find('\x1b'), std::string::npos) << refused.err;
  EXPECT_FALSE(fs::exists(dir_ / "out/report.json"));
}

// A test over the figures of an earlier step, and one over whole models.
TEST_F(Guests, TestTablesAndModelsToo) {
  writeToyFamily(dir_ / "models");
  file_ = dir_.write("tests.yaml",
                     "kindred: 1\ntitle: tests of others\nsources:\n"
                     "  disk: {plugin: local-mmap, root: models}\n"
                     "models:\n  base: disk:base\n  child: disk:child\n  other: disk:stranger-1\n"
                     "steps:\n"
                     "  - {name: norms, compare: [base, child], pair: all-layers,\n"
                     "     metrics: [cosine], select: ['model.layers.{layer}.*norm.weight']}\n"
                     "  - {name: table, test: {plugin: shuffle, of: norms.cosine}}\n"
                     "  - {name: rows, compare: [base, child], test: {plugin: oracle}}\n"
                     "  - {name: strangers, compare: [base, other], test: {plugin: oracle}}\n")
              .string();
  const RunResult apart = run("apart", "");
  ASSERT_EQ(apart.exit_code, 0) << apart.err;
  ASSERT_EQ(run("here", "", {"--trust"}).exit_code, 0);
  expectSameResults(dir_ / "apart", dir_ / "here");
}

}  // namespace
}  // namespace kindred::clitest
