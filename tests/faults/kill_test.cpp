// Ended by force at any moment: of a run, of what it writes, of what it caches.
#include <signal.h>

#include <chrono>
#include <thread>

#include "faults.hpp"

namespace kindred::clitest {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;

class Kills : public Faults {
 protected:
  // Runs, kills at a random moment of the time that a whole run takes, goes on, and compares.
  void killAndGoOn(bool remote) {
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_EQ(run(remote, "--out", "whole").exit_code, 0);
    const auto whole = std::chrono::steady_clock::now() - begin;
    std::mt19937_64 random(remote ? 1 : 2);
    int under_way = 0;
    for (int round = 0; round < rounds(5); ++round) {
      const std::string folder = "out-" + std::to_string(round);
      {
        support::Process process(support::kindredCommand(command(remote, "--out", folder)),
                                 options());
        const double share = std::uniform_real_distribution<double>(0, 1.1)(random);
        std::this_thread::sleep_for(
            std::chrono::duration_cast<std::chrono::microseconds>(share * whole));
        process.send(SIGKILL);
        under_way += process.finish().signal == SIGKILL;
      }
      // A report that is there is whole, and the right one.
      if (fs::exists(dir_ / folder / "report.json")) {
        const std::string text = support::readFile(dir_ / folder / "report.json");
        EXPECT_TRUE(nlohmann::json::accept(text)) << text;
      }
      support::RunResult again = run(remote, "--resume", folder);
      // Before anything was begun, or after all was done, there is nothing to go on with.
      if (again.exit_code == 2) {
        fs::remove_all(dir_ / folder);
        again = run(remote, "--out", folder);
      }
      ASSERT_EQ(again.exit_code, 0) << "round " << round << '\n' << again.err;
      expectSameResults(dir_ / folder, dir_ / "whole");
      fs::remove_all(dir_ / folder);
      if (remote && round % 3 == 0) fs::remove_all(dir_ / "cache");
    }
    EXPECT_GT(under_way, 0) << "every run was over before it was killed";
  }
};

TEST_F(Kills, OfARunOverFilesLoseNothing) { killAndGoOn(false); }

TEST_F(Kills, OfARunOverAHubAndItsCacheLoseNothing) {
  server_.delay(std::chrono::microseconds(2000));
  killAndGoOn(true);
}

}  // namespace
}  // namespace kindred::clitest
