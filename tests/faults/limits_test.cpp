// Too little of what a run needs: address space, room on a disk, the right to write, time of a
// server, a right clock; and others who want the same at once.
#include <fstream>
#include <thread>

#include "faults.hpp"

namespace kindred::clitest {
namespace {

namespace fs = std::filesystem;
using support::RunResult;
using testing::AnyOf;
using testing::HasSubstr;

class Limits : public Faults {
 protected:
  // The command in a shell that sees `prepare` done to its own view of the file system.
  RunResult apart(const std::string& prepare, const std::vector<std::string>& command) const {
    std::vector<std::string> words{"unshare", "--map-root-user",         "--mount", "sh",
                                   "-ec",     prepare + "; exec \"$@\"", "sh"};
    words.insert(words.end(), command.begin(), command.end());
    return support::runCommand(words, options());
  }
  bool mayMount() const {
    return apart("mount -t tmpfs tmpfs " + path("models"), {"true"}).exit_code == 0;
  }
};

TEST_F(Limits, OfAddressSpaceGiveTheResultOrAMessage) {
  ASSERT_EQ(run(false, "--out", "whole").exit_code, 0);
  int finished = 0, refused = 0;
  for (const int mebibytes : {40, 120, 200, 360, 560, 900, 4000}) {
    const std::string folder = "out-" + std::to_string(mebibytes);
    std::vector<std::string> words{"prlimit", "--as=" + std::to_string(mebibytes) + "000000"};
    for (const std::string& word : support::kindredCommand(command(false, "--out", folder))) {
      words.push_back(word);
    }
    const RunResult result = support::runCommand(words, options());
    EXPECT_FALSE(result.timed_out) << mebibytes;
    if (result.exit_code == 0) {
      ++finished;
      expectSameResults(dir_ / folder, dir_ / "whole");
      continue;
    }
    ++refused;
    // The dynamic linker has words of its own where not even the program fits: 127.
    EXPECT_THAT(result.exit_code, AnyOf(1, 127)) << mebibytes << '\n' << result.err;
    EXPECT_THAT(result.err, AnyOf(HasSubstr("memory"), HasSubstr("map"))) << mebibytes;
    EXPECT_FALSE(fs::exists(dir_ / folder / "report.json")) << mebibytes;
  }
  EXPECT_GT(finished, 0);
  EXPECT_GT(refused, 2);
}

TEST_F(Limits, OfADiskGiveTheResultOrAMessageAndTheRunGoesOnElsewhere) {
  if (!mayMount()) GTEST_SKIP() << "may not mount a file system of its own here";
  ASSERT_EQ(run(false, "--out", "whole").exit_code, 0);
  fs::create_directories(dir_ / "small");
  int refused = 0;
  for (const int kilobytes : {4, 40, 200, 800}) {
    const std::string results = path("small/out");
    const RunResult result =
        apart("mount -t tmpfs -o size=" + std::to_string(kilobytes) + "k tmpfs " + path("small"),
              support::kindredCommand(command(false, "--out", "small/out")));
    EXPECT_FALSE(result.timed_out);
    if (result.exit_code == 0) continue;
    ++refused;
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_THAT(result.err, HasSubstr("No space left on device")) << kilobytes;
    EXPECT_THAT(result.err, HasSubstr("small")) << "names the place";
  }
  EXPECT_GT(refused, 0);
}

TEST_F(Limits, ACacheThatMayNotBeWrittenIsNamedAndNeverChanged) {
  if (!mayMount()) GTEST_SKIP() << "may not mount a file system of its own here";
  ASSERT_EQ(run(true, "--out", "whole").exit_code, 0);  // fills the cache
  const auto read_only = [&](const std::string& folder, std::vector<std::string> more) {
    std::vector<std::string> words = support::kindredCommand(command(true, "--out", folder));
    words.insert(words.end(), more.begin(), more.end());
    return apart("mount --bind " + path("cache") + " " + path("cache") +
                     "; mount -o remount,bind,ro " + path("cache"),
                 words);
  };
  const RunResult refused = read_only("refused", {});
  EXPECT_EQ(refused.exit_code, 2) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr(path("cache")));
  EXPECT_THAT(refused.err, HasSubstr("cache-size"));
  const RunResult without = read_only("without", {"--cache-size", "0"});
  ASSERT_EQ(without.exit_code, 0) << without.err;
  expectSameResults(dir_ / "without", dir_ / "whole");
}

TEST_F(Limits, EightProcessesMayShareACache) {
  server_.delay(std::chrono::microseconds(1000));
  std::vector<RunResult> results(8);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < results.size(); ++i) {
      threads.emplace_back([&, i] { results[i] = run(true, "--out", "out-" + std::to_string(i)); });
    }
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    ASSERT_EQ(results[i].exit_code, 0) << results[i].err;
    expectSameResults(dir_ / ("out-" + std::to_string(i)), dir_ / "out-0");
  }
}

TEST_F(Limits, AClockThatJumpedSpoilsNoCache) {
  ASSERT_EQ(run(true, "--out", "whole").exit_code, 0);
  const auto now = fs::file_time_type::clock::now();
  for (const std::chrono::hours by :
       {std::chrono::hours(24 * 3650), -std::chrono::hours(24 * 3650)}) {
    for (const auto& entry : fs::recursive_directory_iterator(dir_ / "cache")) {
      fs::last_write_time(entry.path(), now + by);
    }
    const std::string folder = by.count() > 0 ? "ahead" : "behind";
    const RunResult result = run(true, "--out", folder);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    expectSameResults(dir_ / folder, dir_ / "whole");
  }
}

// Files that become shorter, longer or others while they are read.
TEST_F(Limits, FilesThatChangeWhileTheyAreReadGiveTheResultOrAMessage) {
  ASSERT_EQ(run(false, "--out", "whole").exit_code, 0);
  const fs::path file = dir_ / "models/child/model.safetensors";
  const std::string before = support::readFile(file);
  const auto write = [&](const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  };
  std::mt19937 random(1);
  for (int round = 0; round < rounds(6); ++round) {
    write(before);
    const std::string folder = "out-" + std::to_string(round);
    support::Process process(support::kindredCommand(command(false, "--out", folder)), options());
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 150));
    if (round % 3 == 0) fs::resize_file(file, before.size() / (2 + random() % 50));
    if (round % 3 == 1) write(before + std::string(4096, 'x'));
    if (round % 3 == 2) {
      fs::remove(file);
      write(support::readFile(dir_ / "models/stranger/model.safetensors"));
    }
    const RunResult result = process.finish();
    EXPECT_EQ(result.signal, 0) << round;
    EXPECT_FALSE(result.timed_out) << round;
    EXPECT_THAT(result.exit_code, AnyOf(0, 2)) << result.err;
    if (result.exit_code == 2) {
      EXPECT_THAT(result.err, HasSubstr("model.safetensors"));
    }
    fs::remove_all(dir_ / folder);
  }
}

TEST_F(Limits, FaultsOfAStorageAreOutlastedOrNamed) {
  ASSERT_EQ(run(true, "--out", "whole").exit_code, 0);
  for (const auto kind : {servers::Fault::Kind::short_body, servers::Fault::Kind::wrong_range,
                          servers::Fault::Kind::reset}) {
    fs::remove_all(dir_ / "cache");
    server_.failFleet(0, {.kind = kind, .times = 2});
    const std::string folder = "out-" + std::to_string(static_cast<int>(kind));
    const RunResult result = run(true, "--out", folder);
    EXPECT_FALSE(result.timed_out);
    EXPECT_THAT(result.exit_code, AnyOf(0, 2)) << result.err;
    if (result.exit_code == 0) {
      expectSameResults(dir_ / folder, dir_ / "whole");
    } else {
      EXPECT_THAT(result.err, HasSubstr("http://127.0.0.1")) << "names the server";
    }
  }
}

}  // namespace
}  // namespace kindred::clitest
