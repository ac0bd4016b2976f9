// Plugins that did not come with the program, which may crash, exit or hang.
#include <gmock/gmock.h>

#include "cli/recipes.hpp"
#include "resumed.hpp"

namespace kindred::clitest {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

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

TEST_F(Guests, ThatThrowAreNamed) { expectNamed("fails", "fragile broke"); }

TEST_F(Guests, ThatAreTrustedRunInTheProgramItselfWithTheSameResults) {
  ASSERT_EQ(run("whole", "").exit_code, 0);
  ASSERT_EQ(run("trusted", "", {"--trust"}).exit_code, 0);
  expectSameResults(dir_ / "trusted", dir_ / "whole");
  EXPECT_EQ(run("crashed", "crashes", {"--trust"}).signal, SIGSEGV);
}

TEST_F(Guests, SayWhatTheySayOnStandardErrorOnce) {
  const RunResult ended = run("out", "crashes");
  const std::size_t said = ended.err.find("fragile is at it");
  ASSERT_NE(said, std::string::npos) << ended.err;
  EXPECT_EQ(ended.err.find("fragile is at it", said + 1), std::string::npos) << ended.err;
}

TEST_F(Guests, NeitherWriteNorStartProgramsNorReachANetwork) {
  const RunResult confined = run("out", "intrudes");
  EXPECT_EQ(confined.exit_code, 0) << confined.err;
  if (confined.err.find("has no socket") == std::string::npos) {
    GTEST_SKIP() << "this kernel confines nobody";
  }
  EXPECT_THAT(confined.err, HasSubstr("started nothing"));
  EXPECT_FALSE(fs::exists(dir_ / "written"));
  EXPECT_FALSE(fs::exists(dir_ / "started"));
  EXPECT_EQ(run("trusted", "intrudes", {"--trust"}).exit_code, 0);
  EXPECT_TRUE(fs::exists(dir_ / "written"));
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
