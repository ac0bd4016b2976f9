// GGUF and torch files: what they hold is found, whatever is wrong with them is said.
#include <gmock/gmock.h>

#include <filesystem>

#include "formats/gguf.hpp"
#include "formats/gguf_types.hpp"
#include "formats/torch_file.hpp"
#include "support/gguf.hpp"
#include "support/sources.hpp"
#include "support/torch.hpp"

namespace kindred::formats {
namespace {

using support::GgufWriter;
using support::TestTensor;
using testing::HasSubstr;

class InMemory {
 public:
  explicit InMemory(std::string bytes) {
    source_.put("m", "file", std::move(bytes));
    location_ = source_.open("m");
    file_ = location_->open("file");
  }
  File& file() { return *file_; }

 private:
  support::MemorySource source_;
  std::unique_ptr<Location> location_;
  std::shared_ptr<File> file_;
};

std::string messageOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

GgufWriter aFile() {
  GgufWriter writer;
  writer.text("general.architecture", "llama");
  writer.number("llama.block_count", 2);
  writer.texts("tokenizer.ggml.tokens", {"a", "bc", ""});
  writer.tensor("w", 8, {2, 64}, std::string(2 * 2 * 34, '\1'));
  writer.tensor("norm", 0, {3}, std::string(12, '\0'));
  return writer;
}

TEST(Gguf, GivesKeysTokensAndTensors) {
  InMemory memory(aFile().bytes());
  const GgufHeader header = readGguf(memory.file());
  EXPECT_EQ(textOf(header, "general.architecture"), "llama");
  EXPECT_EQ(wholeNumberOf(header, "llama.block_count"), 2u);
  EXPECT_THAT(textsOf(memory.file(), header, "tokenizer.ggml.tokens", 1000),
              testing::ElementsAre("a", "bc", ""));
  ASSERT_EQ(header.tensors.size(), 2u);
  EXPECT_EQ(header.tensors[0].shape, (std::vector<std::uint64_t>{2, 64}));
  EXPECT_EQ(ggufTypeName(header.tensors[0].type), "Q8_0");
  EXPECT_EQ(header.tensors[0].bytes, 2u * 2 * 34);
}

TEST(Gguf, CutOffAnywhereInItsHeaderIsRefused) {
  const std::string bytes = aFile().bytes();
  for (std::size_t length = 0; length < bytes.size() - 64; ++length) {
    InMemory memory(bytes.substr(0, length));
    EXPECT_THROW(readGguf(memory.file()), Error) << length;
  }
}

TEST(Gguf, WithAnyByteChangedIsReadOrRefused) {
  const std::string bytes = aFile().bytes();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string broken = bytes;
      broken[at] = value;
      InMemory memory(broken);
      try {
        for (const GgufTensor& tensor : readGguf(memory.file()).tensors) {
          EXPECT_LE(tensor.offset + tensor.bytes, bytes.size());
        }
      } catch (const Error&) {
      }
    }
  }
}

TEST(Gguf, OfATypeOfAForkIsRefusedByName) {
  GgufWriter writer;
  writer.tensor("w", 133, {1, 32}, std::string(32, '\0'));
  InMemory memory(writer.bytes());
  EXPECT_THAT(messageOf([&] { readGguf(memory.file()); }), HasSubstr("type 133 of a fork"));
}

TEST(TorchFiles, GiveTheirTensors) {
  const TestTensor weight = support::randomTensor("m.weight", DType::BF16, {4, 6}, 1);
  InMemory memory(support::torchBytes({weight, support::randomTensor("b", DType::F32, {5}, 2)}));
  ASSERT_TRUE(isTorchFile(memory.file()));
  const TorchFile read = readTorchFile(memory.file());
  ASSERT_EQ(read.tensors.size(), 2u);
  EXPECT_EQ(read.tensors[0].name, "m.weight");
  EXPECT_EQ(read.tensors[0].shape, weight.shape);
  EXPECT_TRUE(read.tensors[0].contiguous());
  std::string bytes(weight.bytes.size(), '\0');
  memory.file().read(read.tensors[0].storage, std::as_writable_bytes(std::span(bytes)));
  EXPECT_EQ(bytes, weight.bytes);
}

TEST(TorchFiles, RunNothing) {
  const std::filesystem::path trace = std::filesystem::temp_directory_path() / "kindred-trace";
  std::filesystem::remove(trace);
  const std::string command = "touch " + trace.string();
  const std::string size(1, static_cast<char>(command.size()));
  InMemory memory(
      support::torchArchive("\x80\x02"
                            "cposix\nsystem\n"
                            "X" +
                                size + std::string(3, '\0') + command + "\x85R.",
                            {}));
  EXPECT_THROW(readTorchFile(memory.file()), Error);
  EXPECT_FALSE(std::filesystem::exists(trace));
}

TEST(TorchFiles, CutOffAnywhereAreRefused) {
  const std::string bytes =
      support::torchBytes({support::randomTensor("m.weight", DType::F32, {2, 3}, 1)});
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    InMemory memory(bytes.substr(0, length));
    EXPECT_THROW(readTorchFile(memory.file()), Error) << length;
  }
}

TEST(TorchFiles, WithAnyByteChangedAreReadOrRefused) {
  const std::string bytes =
      support::torchBytes({support::randomTensor("m.weight", DType::F32, {2, 3}, 1)});
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string broken = bytes;
      broken[at] = value;
      InMemory memory(broken);
      try {
        for (const TorchTensor& tensor : readTorchFile(memory.file()).tensors) {
          EXPECT_LE(tensor.storage + tensor.elements, bytes.size());
        }
      } catch (const Error&) {
      }
    }
  }
}

// Broken files beside the project, where they are there: each is refused with one line.
TEST(HostileFiles, AreRefusedWithOneLine) {
  const std::filesystem::path folder =
      std::filesystem::path(KINDRED_SOURCE_DIR).parent_path() / "shared" / "formats";
  if (!std::filesystem::exists(folder)) {
    GTEST_SKIP() << "SKIPPED: there is no folder " << folder << " with broken files";
  }
  support::FolderSource source;
  std::size_t refused = 0;
  for (const char* format : {"gguf", "torch"}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder / format / "hostile")) {
      const auto location = source.open(entry.path().string());
      const auto file = location->open(entry.path().filename().string());
      const std::string message = messageOf([&] {
        format == std::string("gguf") ? void(readGguf(*file)) : void(readTorchFile(*file));
      });
      const bool valid = entry.path().filename().string().find("valid") != std::string::npos ||
                         entry.path().filename() == "zero-dims.gguf";
      EXPECT_EQ(message.empty(), valid) << entry.path() << ": " << message;
      EXPECT_EQ(message.find('\n'), std::string::npos) << entry.path();
      refused += message.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(refused, 40u);
}

}  // namespace
}  // namespace kindred::formats
