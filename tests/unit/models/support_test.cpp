// The helpers that other tests lean on.
#include <gtest/gtest.h>

#include <csignal>

#include "support/process.hpp"
#include "support/refusal.hpp"
#include "support/safetensors.hpp"
#include "support/sources.hpp"
#include "support/temp_dir.hpp"

namespace kindred::support {
namespace {

TEST(TempDir, VanishesAtTheEnd) {
  std::filesystem::path path;
  {
    const TempDir dir;
    path = dir.path();
    dir.write("a/b.txt", "text");
    EXPECT_EQ(readFile(dir / "a/b.txt"), "text");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Process, ReturnsOutputsAndExitCode) {
  const RunResult result =
      runCommand({"sh", "-c", "cat; echo $KIND >&2; exit 3"},
                 {.environment = {{"KIND", "dred"}}, .input = std::string(300000, 'x')});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, std::string(300000, 'x'));
  EXPECT_EQ(result.err, "dred\n");
}

TEST(Process, RemovesAVariable) {
  setenv("KINDRED_SUPPORT", "set", 1);
  const RunResult result = runCommand({"sh", "-c", "echo ${KINDRED_SUPPORT-unset}"},
                                      {.environment = {{"KINDRED_SUPPORT", std::nullopt}}});
  EXPECT_EQ(result.out, "unset\n");
}

TEST(Process, IsKilledWhenItsTimeIsOver) {
  const RunResult result = runCommand({"sleep", "60"}, {.timeout = std::chrono::milliseconds(50)});
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.signal, SIGKILL);
}

TEST(Process, CanBeInterruptedOnceItHasSpoken) {
  Process process({"sh", "-c", "trap 'exit 130' INT; echo ready; while :; do sleep 0.01; done"});
  ASSERT_TRUE(process.waitFor("ready"));
  process.send(SIGINT);
  EXPECT_EQ(process.finish().exit_code, 130);
}

TEST(Process, SaysWhenTheProgramIsMissing) {
  const RunResult result = runCommand({"/nowhere/program"});
  EXPECT_EQ(result.exit_code, 127);
  EXPECT_EQ(result.err, "cannot execute /nowhere/program: No such file or directory");
}

TEST(SafetensorsWriter, RoundsHalvesToNearestEven) {
  EXPECT_EQ(halfBits(DType::F16, 1.0), 0x3c00);
  EXPECT_EQ(halfBits(DType::F16, 65504.0), 0x7bff);
  EXPECT_EQ(halfBits(DType::F16, 65520.0), 0x7c00);
  EXPECT_EQ(halfBits(DType::F16, 0x1p-24), 0x0001);
  EXPECT_EQ(halfBits(DType::F16, 0x1p-25), 0x0000);
  EXPECT_EQ(halfBits(DType::F16, -2.0), 0xc000);
  EXPECT_EQ(halfBits(DType::BF16, 1.0), 0x3f80);
  EXPECT_EQ(halfBits(DType::BF16, 1.0 + 0x1p-8), 0x3f80);
  EXPECT_EQ(halfBits(DType::BF16, 1.0 + 0x3p-8), 0x3f82);
}

TEST(SafetensorsWriter, LaysTensorsOutOneBehindTheOther) {
  const std::string header = safetensorsHeader(
      {tensorOf("a", DType::F32, {2}, {1, 2}), tensorOf("b\"", DType::BF16, {}, {1})});
  EXPECT_EQ(
      header.substr(0, header.find_last_not_of(' ') + 1),
      R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
      R"("b\"":{"dtype":"BF16","shape":[],"data_offsets":[8,10]}})");
}

TEST(MemorySource, CountsWhatIsRead) {
  MemorySource source;
  source.put("m", "x", "0123456789");
  const auto location = source.open("m");
  const auto file = location->open("x");
  std::vector<std::byte> buffer(4);
  const ReadRequest request{file.get(), 6, buffer};
  source.read({&request, 1});
  EXPECT_EQ(static_cast<char>(buffer[3]), '9');
  EXPECT_EQ(source.spent().bytes, 4u);
  EXPECT_EQ(source.calls(), 1u);
  EXPECT_EQ(support::refusalOf([&] { file->read(7, buffer); }).place(), file->place());
}

}  // namespace
}  // namespace kindred::support
