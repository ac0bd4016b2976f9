// Runs that mpirun shares among processes.
#include <gmock/gmock.h>
#include <signal.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "cli/recipes.hpp"
#include "cli/toys.hpp"
#include "resumed.hpp"

namespace kindred::clitest {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class UnderMpirun : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(KINDRED_BUILD_DIR "/lib/kindred/libkindred_ranks.so")) {
      GTEST_SKIP() << "not built: ranks (Debian: libopenmpi-dev, libboost-mpi-dev)";
    }
    if (support::runCommand({"/bin/sh", "-c", "command -v mpirun"}).exit_code != 0) {
      GTEST_SKIP() << "not here: mpirun (Debian: openmpi-bin)";
    }
    writeToyFamily(dir_ / "models");
  }

  // Two ranks on this machine, whoever the user is and however few its cores are. Tests that run
  // side by side would remove each other's folder of sessions.
  std::vector<std::string> byTwo(const std::vector<std::string>& arguments) const {
    std::vector<std::string> words{"env", "TMPDIR=" + dir_.text(), "mpirun",         "-n",
                                   "2",   "--allow-run-as-root",   "--oversubscribe"};
    const std::vector<std::string> own = support::kindredCommand(arguments);
    words.insert(words.end(), own.begin(), own.end());
    return words;
  }
  std::string path(const std::string& name) const { return (dir_ / name).string(); }

  TempDir dir_;
};

TEST_F(UnderMpirun, EveryPairOfAFolderComesOutTheSame) {
  const auto command = [&](const std::string& out) {
    return std::vector<std::string>{"compare", "--all", path("models"), "--out", path(out)};
  };
  ASSERT_EQ(support::run(command("alone")).exit_code, 0);
  const RunResult shared = support::runCommand(byTwo(command("shared")));
  ASSERT_EQ(shared.exit_code, 0) << shared.err;
  expectSameResults(dir_ / "shared", dir_ / "alone");
  EXPECT_FALSE(fs::exists(dir_ / "shared/journal"));
  // Said once.
  EXPECT_EQ(shared.out.find("Report: "), shared.out.rfind("Report: "));
  EXPECT_NE(shared.out.find("Report: "), std::string::npos);
}

TEST_F(UnderMpirun, ControlsAndRecipesToo) {
  const auto command = [&](const std::string& out) {
    return std::vector<std::string>{"compare",
                                    path("models/base"),
                                    path("models/child"),
                                    "--control",
                                    path("models/stranger-1"),
                                    "--control",
                                    path("models/stranger-2"),
                                    "--out",
                                    path(out)};
  };
  ASSERT_EQ(support::run(command("alone")).exit_code, 0);
  const RunResult shared = support::runCommand(byTwo(command("shared")));
  ASSERT_EQ(shared.exit_code, 0) << shared.err;
  expectSameResults(dir_ / "shared", dir_ / "alone");
  const RunResult again =
      support::runCommand(byTwo({"run", path("alone/recipe.yaml"), "--out", path("again")}));
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(support::readFile(dir_ / "again/observations.csv"),
            support::readFile(dir_ / "alone/observations.csv"));
}

TEST_F(UnderMpirun, OneModelAmongMany) {
  const std::vector<std::string> command{"identify", path("models/child"), "--among",
                                         path("models"), "--json"};
  const RunResult alone = support::run(command);
  const RunResult shared = support::runCommand(byTwo(command));
  ASSERT_EQ(shared.exit_code, 0) << shared.err;
  EXPECT_EQ(shared.out, alone.out);
}

TEST_F(UnderMpirun, AMistakeIsSaidOnceWithItsExitCode) {
  const RunResult result =
      support::runCommand(byTwo({"compare", path("models/base"), path("models/nobody")}));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err.find("kindred: "), result.err.rfind("kindred: ")) << result.err;
}

// The process of a rank of this run; 0: none yet.
pid_t processOf(int rank, const std::string& argument) {
  const std::string variable = "OMPI_COMM_WORLD_RANK=" + std::to_string(rank);
  const auto holds = [](const fs::path& file, const std::string& wanted) {
    std::ifstream in(file, std::ios::binary);
    for (std::string entry; std::getline(in, entry, '\0');) {
      if (entry == wanted) return true;
    }
    return false;
  };
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (holds(entry.path() / "cmdline", argument) && holds(entry.path() / "environ", variable)) {
      return std::stoi(name);
    }
  }
  return 0;
}

TEST_F(UnderMpirun, AfterARankWasKilledTheFinishedPartIsGoneOnWith) {
  const auto command = [&](const std::string& option, const std::string& out) {
    return std::vector<std::string>{"compare", "--all", path("models"), option, path(out)};
  };
  ASSERT_EQ(support::run(command("--out", "whole")).exit_code, 0);
  support::Process process(byTwo(command("--out", "out")));
  while (unitsIn(dir_ / "out").size() < 8 && !fs::exists(dir_ / "out/report.json")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  const pid_t rank = processOf(1, path("out"));
  ASSERT_NE(rank, 0) << "it ended before it was killed";
  ::kill(rank, SIGKILL);
  const RunResult lost = process.finish();
  EXPECT_NE(lost.exit_code, 0);
  EXPECT_THAT(lost.err,
              AllOf(HasSubstr("what is finished is kept"), HasSubstr("--resume " + path("out"))));
  EXPECT_FALSE(fs::exists(dir_ / "out/report.json"));
  EXPECT_GE(unitsIn(dir_ / "out").size(), 8U);
  const RunResult resumed = support::runCommand(byTwo(command("--resume", "out")));
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  expectSameResults(dir_ / "out", dir_ / "whole");
}

TEST(WithoutRanks, SeveralProcessesAreRefusedWhereNothingReachesThem) {
  TempDir dir;
  fs::create_directories(dir / "bin");
  fs::copy_file(KINDRED_BINARY, dir / "bin/kindred");
  const RunResult result =
      support::runCommand({(dir / "bin/kindred").string(), "compare", "a", "b"},
                          {.environment = {{"OMPI_COMM_WORLD_SIZE", "2"}}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("2 processes were started"), HasSubstr("libboost-mpi-dev")));
}

}  // namespace
}  // namespace kindred::clitest
