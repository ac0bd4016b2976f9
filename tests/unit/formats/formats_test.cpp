// GGUF and torch files: what they hold is found, whatever is wrong with them is said.
#include <gmock/gmock.h>

#include <filesystem>

#include "formats/catalogue.hpp"
#include "support/gguf.hpp"
#include "support/open_model.hpp"
#include "support/refusal.hpp"
#include "support/sources.hpp"
#include "support/torch.hpp"

namespace kindred::formats {
namespace {

using support::GgufWriter;
using support::TestTensor;
using testing::AllOf;
using testing::HasSubstr;

// A model of one file: "m.gguf" or "m.bin".
class InMemory {
 public:
  InMemory(std::string name, std::string bytes) : name_(std::move(name)), bytes_(bytes.size()) {
    source_.put("m", name_, std::move(bytes));
  }
  models::Checkpoint open() {
    const auto location = source_.open("m");
    models::Checkpoint model = support::openStored("m", source_, *location);
    for (const models::Tensor& tensor : model.tensors()) {
      EXPECT_LE(tensor.offset, bytes_);
      EXPECT_LE(tensor.bytes, bytes_ - tensor.offset);
    }
    return model;
  }
  std::string read(std::uint64_t offset, std::uint64_t length) {
    std::string bytes(length, '\0');
    source_.open("m")->open(name_)->read(offset, std::as_writable_bytes(std::span(bytes)));
    return bytes;
  }

 private:
  std::string name_;
  std::uint64_t bytes_;
  support::MemorySource source_;
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

TEST(Gguf, GivesConfigTokensAndTensors) {
  InMemory memory("m.gguf", aFile().bytes());
  const models::Checkpoint model = memory.open();
  EXPECT_EQ(model.format().title, "GGUF");
  EXPECT_THAT(model.config(), AllOf(HasSubstr("llama"), HasSubstr("\"num_hidden_layers\": 2")));
  EXPECT_THAT(model.tokens(), testing::ElementsAre("a", "bc", ""));
  ASSERT_EQ(model.tensors().size(), 2u);
  const models::Tensor* w = model.find("w");
  ASSERT_NE(w, nullptr);
  EXPECT_EQ(w->shape, (std::vector<std::uint64_t>{2, 64}));
  ASSERT_NE(w->numbers, nullptr);
  EXPECT_EQ(w->numbers->codec, "Q8_0");
  EXPECT_EQ(w->bytes, 2u * 2 * 34);
}

TEST(Gguf, CutOffAnywhereInItsHeaderIsRefused) {
  const std::string bytes = aFile().bytes();
  for (std::size_t length = 0; length < bytes.size() - 64; ++length) {
    InMemory memory("m.gguf", bytes.substr(0, length));
    EXPECT_THAT(support::refusalOf([&] { memory.open(); }).place(), HasSubstr("m.gguf")) << length;
  }
}

TEST(Gguf, WithAnyByteChangedIsReadOrRefused) {
  const std::string bytes = aFile().bytes();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string broken = bytes;
      broken[at] = value;
      InMemory memory("m.gguf", broken);
      messageOf([&] { memory.open(); });  // which sees that spans lie inside the file
    }
  }
}

TEST(Gguf, OfATypeOfAForkIsRefusedByName) {
  GgufWriter writer;
  writer.tensor("w", 133, {1, 32}, std::string(32, '\0'));
  InMemory memory("m.gguf", writer.bytes());
  EXPECT_THAT(messageOf([&] { memory.open(); }), HasSubstr("type 133 of a fork"));
}

TEST(Gguf, NamesAreShownEscapedAndCut) {
  GgufWriter writer;
  writer.tensor("w\x1b[2J", 133, {1, 32}, std::string(32, '\0'));
  InMemory memory("m.gguf", writer.bytes());
  const std::string message = messageOf([&] { memory.open(); });
  EXPECT_THAT(message, HasSubstr("w\\u001b[2J"));
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
}

TEST(TorchFiles, GiveTheirTensors) {
  const TestTensor weight = support::randomTensor("m.weight", DType::BF16, {4, 6}, 1);
  InMemory memory("m.bin",
                  support::torchBytes({weight, support::randomTensor("b", DType::F32, {5}, 2)}));
  const models::Checkpoint model = memory.open();
  ASSERT_EQ(model.tensors().size(), 2u);
  const models::Tensor* read = model.find("m.weight");
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->shape, weight.shape);
  EXPECT_EQ(read->numbers, nullptr);  // its rows follow one another as they are
  EXPECT_EQ(memory.read(read->offset, read->bytes), weight.bytes);
}

TEST(TorchFiles, RunNothing) {
  const std::filesystem::path trace = std::filesystem::temp_directory_path() / "kindred-trace";
  std::filesystem::remove(trace);
  const std::string command = "touch " + trace.string();
  const std::string size(1, static_cast<char>(command.size()));
  InMemory memory("m.bin",
                  support::torchArchive("\x80\x02"
                                        "cposix\nsystem\n"
                                        "X" +
                                            size + std::string(3, '\0') + command + "\x85R.",
                                        {}));
  const Error refusal = support::refusalOf([&] { memory.open(); });
  EXPECT_THAT(refusal.place(), HasSubstr("m.bin"));
  EXPECT_THAT(refusal.message(), HasSubstr("it holds no tensors"));
  EXPECT_FALSE(std::filesystem::exists(trace));
}

// Parts of pickles: a text of less than 256 bytes, a number of two, and what was kept in a slot.
std::string pickledText(const std::string& text) {
  return "\x8c" + std::string(1, static_cast<char>(text.size())) + text;
}
std::string pickledNumber(int number) {
  return {'M', static_cast<char>(number), static_cast<char>(number >> 8)};
}
std::string recalled(char slot) { return {'h', slot}; }
std::string keptIn(char slot) { return {'q', slot, '0'}; }  // and taken off the stack

std::string repeated(const std::string& part, int times) {
  std::string all;
  while (times-- > 0) all += part;
  return all;
}

// Files of a megabyte that would fill gigabytes, were everything made that they say.
TEST(TorchFiles, ThatRepeatOneListInManyDictionariesAreRefused) {
  const std::string list =
      "K\x01K\x02\x86" + keptIn(0) + "](" + repeated(recalled(0), 200'000) + "e";
  const std::string type = "ccollections\nOrderedDict\n" + keptIn(2);
  InMemory memory(
      "m.bin", support::torchArchive("\x80\x02" + list + "\x85" + keptIn(1) + type + "(" +
                                         repeated(recalled(2) + recalled(1) + "R", 100'000) + "l.",
                                     {}));
  EXPECT_THAT(messageOf([&] { memory.open(); }), HasSubstr("too many dictionaries"));
}

TEST(TorchFiles, ThatRepeatALongNameInManyTensorsAreRefused) {
  std::string pickle =
      "\x80\x02"
      "ctorch._utils\n_rebuild_other\n)R" +
      keptIn(0);
  // Dictionaries in each other, whose keys make a name of 4000 bytes of each key inside.
  pickle += repeated("}(" + pickledText(std::string(249, 'k')), 16) + "}(";
  for (int i = 0; i < 50'000; ++i) pickle += pickledNumber(i) + recalled(0);
  InMemory memory("m.bin", support::torchArchive(pickle + std::string(17, 'u') + ".", {}));
  EXPECT_THAT(messageOf([&] { memory.open(); }), HasSubstr("names of its tensors are too long"));
}

TEST(TorchFiles, SayWhichArraysOfNumPyTheyHold) {
  // As NumPy 1 and 2 pickle an array, without its state.
  for (const std::string module : {"numpy.core.multiarray", "numpy._core.multiarray"}) {
    const std::string pickle = "\x80\x02}" + pickledText("gains") + "c" + module +
                               "\n_reconstruct\ncnumpy\nndarray\n" + pickledNumber(0) + "\x85" +
                               pickledText("b") + "\x87Rs.";
    InMemory memory("m.bin", support::torchArchive(pickle, {}));
    EXPECT_THAT(messageOf([&] { memory.open(); }),
                HasSubstr("gains: an array of NumPy is not read"));
  }
}

// Each of many modules has all of them as its parts.
TEST(TorchFiles, OfModulesInsideEachOtherAreReadOnce) {
  std::string pickle = "\x80\x02}" + std::string{'q', 0} + "}(" + pickledText("_parameters") + "}" +
                       pickledText("_modules") + recalled(0) + "u" + keptIn(1) + "(";
  for (int i = 0; i < 30'000; ++i) pickle += pickledNumber(i) + "cm\nM\n)R" + recalled(1) + "b";
  InMemory memory("m.bin", support::torchArchive(pickle + "u.", {}));
  EXPECT_THAT(messageOf([&] { memory.open(); }), HasSubstr("it holds no tensors"));
}

TEST(TorchFiles, CutOffAnywhereAreRefused) {
  const std::string bytes =
      support::torchBytes({support::randomTensor("m.weight", DType::F32, {2, 3}, 1)});
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    InMemory memory("m.bin", bytes.substr(0, length));
    EXPECT_THAT(support::refusalOf([&] { memory.open(); }).place(), HasSubstr("m.bin")) << length;
  }
}

// A stream: a number, a version, a description, then storages.
TEST(TorchStreams, CutOffAnywhereAreSaidToBe) {
  const std::string magic("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.", 15);
  const std::string bytes = magic + "\x80\x02M\xe9\x03.";
  for (std::size_t length = 1; length <= bytes.size(); ++length) {
    InMemory memory("m.bin", bytes.substr(0, length));
    const Error refusal = support::refusalOf([&] { memory.open(); });
    EXPECT_THAT(refusal.message(), testing::StartsWith("the file ends ")) << length;
    EXPECT_THAT(refusal.remedy(), HasSubstr("cut off")) << length;
  }
}

TEST(TorchFiles, WithAnyByteChangedAreReadOrRefused) {
  const std::string bytes =
      support::torchBytes({support::randomTensor("m.weight", DType::F32, {2, 3}, 1)});
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string broken = bytes;
      broken[at] = value;
      InMemory memory("m.bin", broken);
      messageOf([&] { memory.open(); });
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
      const std::string message = messageOf([&] {
        const auto file = location->open(entry.path().filename().string());
        Catalogue catalogue = support::catalogueOf(format, *file);
        std::vector<models::Shard> shards{{"file", file}};
        checked(catalogue, {format, format}, shards);
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
