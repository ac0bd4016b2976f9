// Reading files and loading plugins, with every access to memory checked in the very build that is
// shipped: what sanitizers instrument is another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/gguf_llama.hpp"
#include "support/process.hpp"
#include "support/sanitized.hpp"
#include "support/temp_dir.hpp"
#include "support/torch.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using support::TempDir;

class Valgrind : public testing::Test {
 protected:
  void SetUp() override {
    if (support::kSanitized) GTEST_SKIP() << "sanitizers check the same";
    if (support::runCommand({"valgrind", "--version"}).exit_code != 0) {
      GTEST_SKIP() << "valgrind is not installed: accesses to memory were NOT checked";
    }
    // Libraries measure the processor's clock as they are loaded, by instructions that valgrind may
    // not know of it.
    if (run({"--version"}).err.find("Illegal opcode") != std::string::npos) {
      GTEST_SKIP() << "valgrind does not know this processor: accesses to memory were NOT checked";
    }
  }

  // Exits as the program would, or with 99 where it touched what it may not.
  static support::RunResult run(std::vector<std::string> arguments) {
    std::vector<std::string> command{"valgrind", "--quiet", "--error-exitcode=99",
                                     "--leak-check=full", "--errors-for-leak-kinds=definite"};
    for (std::string& each : support::kindredCommand(std::move(arguments))) {
      command.push_back(std::move(each));
    }
    return support::runCommand(std::move(command));
  }

  static void expect(int exit_code, const std::filesystem::path& model) {
    const support::RunResult result = run({"inspect", model.string()});
    EXPECT_EQ(result.exit_code, exit_code) << result.out << result.err;
  }

  // One model of every format.
  void saveAll() const {
    saveModel(dir_ / "a", stored(toyLlama(1)), toyLlamaConfig());
    std::ofstream(dir_ / "a.gguf", std::ios::binary)
        << support::ggufLlama(toyLlama(1), {}, support::GgufType::Q8_0);
    std::ofstream(dir_ / "a.pt", std::ios::binary) << support::torchBytes(stored(toyLlama(1)));
  }

  TempDir dir_;
};

TEST_F(Valgrind, FindsNothingWhereAllPluginsAreOpened) {
  const support::RunResult result = run({"plugins"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST_F(Valgrind, FindsNothingWhereModelsAreOpened) {
  saveAll();
  for (const char* model : {"a", "a.gguf", "a.pt"}) expect(0, dir_ / model);
}

TEST_F(Valgrind, FindsNothingWhereFilesEndTooEarly) {
  saveAll();
  for (const char* file : {"a/model.safetensors", "a.gguf", "a.pt"}) {
    std::filesystem::resize_file(dir_ / file, std::filesystem::file_size(dir_ / file) / 2);
  }
  for (const char* model : {"a", "a.gguf", "a.pt"}) expect(2, dir_ / model);
}

}  // namespace
}  // namespace kindred::clitest
