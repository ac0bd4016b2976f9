// Shards, indices, and how much is asked of a remote source.
#include "models/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <kindred/error.hpp>

#include "support/open_model.hpp"
#include "support/safetensors.hpp"
#include "support/sources.hpp"
#include "support/temp_dir.hpp"

namespace kindred::formats {
namespace {

using models::Checkpoint;
using models::Tensor;
using support::MemorySource;
using support::safetensorsBytes;
using support::TestTensor;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TestTensor scalar(const std::string& name) { return support::tensorOf(name, DType::F32, {}, {1}); }

Checkpoint openAt(Source& source, const std::string& address = "m") {
  const auto location = source.open(address);
  return support::openStored("base", source, *location);
}

std::string refusal(Source& source, const std::string& address = "m") {
  try {
    openAt(source, address);
  } catch (const Error& error) {
    EXPECT_EQ(error.category(), Category::input);
    return error.what();
  }
  return "no error";
}

std::vector<std::string> names(const Checkpoint& checkpoint) {
  std::vector<std::string> result;
  for (const Tensor& tensor : checkpoint.tensors()) result.push_back(tensor.name);
  return result;
}

void putTwoShards(MemorySource& source, const std::string& index) {
  source.put("m", "a.safetensors", safetensorsBytes({scalar("l.2"), scalar("l.10")}));
  source.put("m", "b.safetensors", safetensorsBytes({scalar("l.1")}));
  if (!index.empty()) source.put("m", "model.safetensors.index.json", index);
}

TEST(CheckpointOpen, SortsTensorsNaturallyAcrossShards) {
  MemorySource source;
  putTwoShards(
      source,
      R"({"metadata":{"total_size":12},"weight_map":{"l.10":"a.safetensors","l.1":"b.safetensors","l.2":"a.safetensors"}})");
  const Checkpoint checkpoint = openAt(source);
  EXPECT_EQ(names(checkpoint), (std::vector<std::string>{"l.1", "l.2", "l.10"}));
  EXPECT_EQ(checkpoint.shards()[checkpoint.find("l.1")->shard].name, "b.safetensors");
  EXPECT_EQ(checkpoint.shards()[checkpoint.find("l.10")->shard].name, "a.safetensors");
  EXPECT_EQ(checkpoint.model(), "base");
  EXPECT_EQ(checkpoint.config(), "");
}

TEST(CheckpointOpen, TakesAllFilesWithoutAnIndex) {
  MemorySource source;
  putTwoShards(source, "");
  source.put("m", "sub/c.safetensors", "not read");
  source.put("m", "config.json", "{\"x\":1}");
  const Checkpoint checkpoint = openAt(source);
  EXPECT_EQ(names(checkpoint), (std::vector<std::string>{"l.1", "l.2", "l.10"}));
  EXPECT_EQ(checkpoint.config(), "{\"x\":1}");
  EXPECT_EQ(checkpoint.configPlace(), "m/config.json");
}

TEST(CheckpointOpen, RefusesMoreFilesThanAnyModelHas) {
  MemorySource source;
  std::string map;
  for (int i = 0; i < 10'001; ++i) {
    const std::string name = "x" + std::to_string(i) + ".safetensors";
    source.put("m", name, "");
    map += (map.empty() ? "\"" : ",\"") + std::to_string(i) + "\":\"" + name + "\"";
  }
  EXPECT_THAT(refusal(source), testing::HasSubstr("10001 files, and no more than 10000"));
  source.put("m", "model.safetensors.index.json", "{\"weight_map\":{" + map + "}}");
  EXPECT_THAT(refusal(source), testing::HasSubstr("10001 files, and no more than 10000"));
}

TEST(CheckpointOpen, TakesOneFileOfAnyName) {
  const support::TempDir dir;
  support::writeSafetensors(dir / "weights of mine.safetensors", {scalar("a")});
  support::writeSafetensors(dir / "other.safetensors", {scalar("a")});
  support::FolderSource source;
  const Checkpoint checkpoint = openAt(source, (dir / "weights of mine.safetensors").string());
  EXPECT_EQ(checkpoint.shards().size(), 1u);
  EXPECT_EQ(names(checkpoint), std::vector<std::string>{"a"});
}

TEST(CheckpointOpen, ReadsWrittenShards) {
  const support::TempDir dir;
  support::writeShards(dir.path(), {{scalar("a"), scalar("b")}, {scalar("c")}});
  support::FolderSource source;
  EXPECT_EQ(names(openAt(source, dir.text())), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(CheckpointOpen, RefusesAFolderWithoutWeightsAndNamesTheFormats) {
  MemorySource source;
  source.put("m", "config.json", "{}");
  EXPECT_THAT(refusal(source),
              AllOf(StartsWith("model 'base': there is no file in its folder of a format that is "
                               "read (formats that are read: "),
                    HasSubstr("safetensors (*.safetensors)"), HasSubstr("GGUF (*.gguf)")));
}

TEST(CheckpointOpen, RefusesANameInTwoShards) {
  MemorySource source;
  source.put("m", "a.safetensors", safetensorsBytes({scalar("x"), scalar("y")}));
  source.put("m", "b.safetensors", safetensorsBytes({scalar("y")}));
  EXPECT_EQ(refusal(source),
            "m/b.safetensors: tensor 'y' is also in 'a.safetensors' (a checkpoint "
            "holds each name once; name the file that is meant)");
}

TEST(CheckpointOpen, CountsTheSameWeightsInTwoFormsOnce) {
  MemorySource source;
  source.put("m", "model.safetensors", safetensorsBytes({scalar("x"), scalar("y")}));
  source.put("m", "consolidated.safetensors", safetensorsBytes({scalar("x"), scalar("other.y")}));
  const Checkpoint checkpoint = openAt(source);
  EXPECT_EQ(names(checkpoint), (std::vector<std::string>{"x", "y"}));
  EXPECT_THAT(checkpoint.notes(),
              ::testing::ElementsAre(::testing::HasSubstr("consolidated.safetensors is left out")));
}

TEST(CheckpointOpen, ReadsModelSafetensorsWhateverAnIndexBesideItSays) {
  MemorySource source;
  source.put("m", "model.safetensors", safetensorsBytes({scalar("x")}));
  source.put("m", "model.safetensors.index.json", "{\"weight_map\":{\"x\":\"gone.safetensors\"}}");
  EXPECT_EQ(names(openAt(source)), std::vector<std::string>{"x"});
}

struct BadIndex {
  const char* name;
  std::string index;
  std::string message;
};

std::ostream& operator<<(std::ostream& out, const BadIndex& bad) { return out << bad.name; }

class IndexFile : public ::testing::TestWithParam<BadIndex> {};

TEST_P(IndexFile, Refuses) {
  MemorySource source;
  putTwoShards(source, GetParam().index);
  EXPECT_EQ(refusal(source), "m/model.safetensors.index.json: " + GetParam().message);
}

std::string weightMap(const std::string& inner) { return "{\"weight_map\":{" + inner + "}}"; }
std::string shardOfL1(const std::string& shard) {
  return weightMap(R"("l.2":"a.safetensors","l.10":"a.safetensors","l.1":")" + shard + "\"");
}
std::string leaving(const std::string& shown) {
  return "tensor 'l.1' is said to be in '" + shown +
         "', which is no file of this folder (fetch it again, or remove it to read all shards)";
}

constexpr const char* kAgain = " (fetch it again, or remove it to read all shards)";
constexpr const char* kDisagree =
    " (index and shards belong to different uploads; fetch both again)";

INSTANTIATE_TEST_SUITE_P(
    Paths, IndexFile,
    ::testing::Values(
        BadIndex{"Parent", shardOfL1("../b.safetensors"), leaving("../b.safetensors")},
        BadIndex{"ParentInside", shardOfL1("x/../b.safetensors"), leaving("x/../b.safetensors")},
        BadIndex{"Absolute", shardOfL1("/etc/passwd"), leaving("/etc/passwd")},
        BadIndex{"Backslash", shardOfL1("..\\\\b"), leaving("..\\u005cb")},
        BadIndex{"Empty", shardOfL1(""), leaving("")},
        BadIndex{"Dot", shardOfL1("./b.safetensors"), leaving("./b.safetensors")},
        BadIndex{"Nul", shardOfL1("b.safetensors\\u0000"), leaving("b.safetensors\\u0000")},
        BadIndex{"Missing", shardOfL1("c.safetensors"),
                 "the model is incomplete: the index names c.safetensors, which is not there "
                 "(fetch what is missing)"},
        BadIndex{"SeveralMissing",
                 weightMap(R"("l.1":"d.safetensors","l.2":"c.safetensors","l.3":"a.safetensors")"),
                 "the model is incomplete: the index names c.safetensors and d.safetensors, which "
                 "are not there (fetch what is missing)"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Contents, IndexFile,
    ::testing::Values(
        BadIndex{"NotInThatShard", shardOfL1("a.safetensors"),
                 std::string("the model is incomplete: tensor 'l.1' is said to be in "
                             "'a.safetensors', but no shard holds it") +
                     kDisagree},
        BadIndex{
            "Nowhere",
            weightMap(
                R"("l.2":"a.safetensors","l.3":"a.safetensors","l.10":"a.safetensors","l.1":"b.safetensors")"),
            std::string("the model is incomplete: tensor 'l.3' is said to be in 'a.safetensors', "
                        "but no shard holds it") +
                kDisagree},
        BadIndex{"OfAnotherModel", weightMap(R"("x":"a.safetensors","y":"b.safetensors")"),
                 std::string("the model is incomplete: tensor 'x' is said to be in "
                             "'a.safetensors', but no shard holds it; 2 tensors are missing") +
                     kDisagree},
        BadIndex{"ListedTwice", weightMap(R"("l.1":"a.safetensors","l.1":"b.safetensors")"),
                 std::string("the index has two entries for tensor 'l.1'") + kAgain},
        BadIndex{"NoMap", "{}", std::string("the index has no 'weight_map'") + kAgain},
        BadIndex{"TwoMaps", R"({"weight_map":{},"weight_map":{}})",
                 std::string("the index has two 'weight_map'") + kAgain},
        BadIndex{"MapIsList", R"({"weight_map":[]})",
                 std::string("'weight_map' is a list, not an object") + kAgain},
        BadIndex{"ShardIsNumber", weightMap("\"l.1\":5"),
                 std::string("tensor 'l.1': 'shard' is 5, not a string") + kAgain},
        BadIndex{"List", "[]", std::string("the index is not a JSON object") + kAgain},
        BadIndex{
            "GoesOn", "{\"weight_map\":{}}{}",
            std::string("the index goes on behind its closing brace, with '{}' from byte 17 on") +
                kAgain},
        BadIndex{"Deep", "{\"metadata\":" + std::string(1000, '[') + std::string(1000, ']') + "}",
                 std::string("the index is nested deeper than 16 levels") + kAgain}),
    [](const auto& test) { return test.param.name; });

TEST(CheckpointOpen, AcceptsAnIndexOfNothing) {
  MemorySource source;
  putTwoShards(source, "{\"weight_map\":{}}");
  EXPECT_TRUE(openAt(source).tensors().empty());
}

// What an index says and the shards don't bear out, where all that is needed is there.
struct OddIndex {
  const char* map;
  const char* note;
  bool agrees;
};

TEST(CheckpointOpen, NotesWhereIndexAndShardsDisagree) {
  const OddIndex odd[] = {
      {R"("l.2":"b.safetensors","l.10":"a.safetensors","l.1":"b.safetensors")",
       "tensor 'l.2' is in another shard than the index says", true},
      {R"("l.10":"a.safetensors","l.1":"b.safetensors")",
       "tensor 'l.2' is not in the index, and read all the same", false},
      {R"("l.1":"b.safetensors","l.2":"a.safetensors")",
       "tensor 'l.10' is not in the index, and read all the same", false},
      {R"("l.2":"a.safetensors","z":"a.safetensors","l.10":"a.safetensors","l.1":"b.safetensors")",
       "tensor 'z' is in no shard although the index names it", false},
      {R"("l.2":"a.safetensors","l.10":"a.safetensors","l.1":"b.safetensors","y":"b.safetensors","z":"a.safetensors")",
       "2 tensors (tensor 'y' first) are in no shard although the index names them", false},
  };
  for (const OddIndex& index : odd) {
    MemorySource source;
    putTwoShards(source, weightMap(index.map));
    const Checkpoint checkpoint = openAt(source);
    EXPECT_EQ(names(checkpoint), (std::vector<std::string>{"l.1", "l.2", "l.10"}));
    EXPECT_EQ(checkpoint.notes(), std::vector<std::string>{index.note});
    EXPECT_EQ(checkpoint.agreesWithIndex(), index.agrees) << index.note;
  }
}

TEST(CheckpointOpen, NotesShardsThatTheIndexDoesNotName) {
  MemorySource source;
  putTwoShards(source, weightMap(R"("l.2":"a.safetensors","l.10":"a.safetensors")"));
  const Checkpoint checkpoint = openAt(source);
  EXPECT_EQ(names(checkpoint), (std::vector<std::string>{"l.2", "l.10"}));
  EXPECT_EQ(checkpoint.notes(),
            std::vector<std::string>{"b.safetensors is left out: the index does not name it"});
}

TEST(CheckpointOpen, TakesATensorOfTwoShardsFromTheOneThatTheIndexNames) {
  MemorySource source;
  source.put("m", "a.safetensors", safetensorsBytes({scalar("x"), scalar("y")}));
  source.put("m", "b.safetensors", safetensorsBytes({scalar("y")}));
  source.put("m", "model.safetensors.index.json",
             weightMap(R"("x":"a.safetensors","y":"b.safetensors")"));
  const Checkpoint checkpoint = openAt(source);
  EXPECT_EQ(names(checkpoint), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(checkpoint.shards()[checkpoint.find("y")->shard].name, "b.safetensors");
}

struct Disguise {
  const char* name;
  std::string bytes;
  const char* said;
};

TEST(CheckpointOpen, SaysWhatAFileIsThatOnlyHasTheName) {
  const Disguise disguises[] = {
      {"pointer",
       "version https://git-lfs.github.com/spec/v1\noid sha256:" + std::string(64, 'a') +
           "\nsize 5000000\n",
       "Git LFS pointer"},
      {"page", "<!DOCTYPE html>\n<html><body>Sign in</body></html>", "a web page"},
      {"answer", "Access to model org/m is restricted. Please log in.", "Access to model org/m"},
      {"json", "{\"error\": \"Repository not found\"}", "perhaps a server's answer"},
      {"gguf", std::string("GGUF\x03\0\0\0", 8) + std::string(40, 'x'), "a GGUF file"},
      {"archive", "PK\x03\x04" + std::string(40, 'x'), "as PyTorch saves them"},
      {"zeros", std::string(4096, '\0'), "begins with zeros"},
  };
  for (const Disguise& disguise : disguises) {
    MemorySource source;
    source.put("m", "model.safetensors", disguise.bytes);
    EXPECT_THAT(refusal(source), ::testing::AllOf(::testing::StartsWith("m/model.safetensors: "),
                                                  ::testing::HasSubstr(disguise.said)))
        << disguise.name;
  }
}

TEST(CheckpointOpen, SaysOfEveryFormatsFileThatItIsAPointer) {
  for (const char* name : {"m.gguf", "pytorch_model.bin", "consolidated.00.pth", "M.SAFETENSORS"}) {
    MemorySource source;
    source.put("m", name, "version https://git-lfs.github.com/spec/v1\nsize 5000000\n");
    EXPECT_THAT(refusal(source), ::testing::HasSubstr("Git LFS pointer")) << name;
  }
}

TEST(CheckpointOpen, SaysOfAFileFromBeforeGgufWhatItIs) {
  for (const char* mark : {"tjgg", "lmgg", "fmgg", "algg"}) {
    MemorySource source;
    source.put("m", "ggml-model-q4_0.bin", mark + std::string(200, '\1'));
    EXPECT_THAT(refusal(source), ::testing::HasSubstr("GGML's format from before GGUF")) << mark;
  }
}

TEST(CheckpointOpen, SaysWhatAnIndexIsThatOnlyHasTheName) {
  MemorySource source;
  putTwoShards(source, "version https://git-lfs.github.com/spec/v1\nsize 5\n");
  EXPECT_THAT(refusal(source), ::testing::HasSubstr("Git LFS pointer"));
}

// Forty shards with long headers: one call for the index, one for the beginnings of all, one for
// the rest of all, and no byte read twice.
TEST(CheckpointOpen, AsksARemoteSourceTwiceForAllHeaders) {
  MemorySource source(true);
  std::string map;
  std::uint64_t headers = 0;
  for (int shard = 0; shard < 40; ++shard) {
    std::vector<TestTensor> tensors;
    const std::string file = "s" + std::to_string(shard) + ".safetensors";
    for (int i = 0; i < 1000; ++i) {
      tensors.push_back(scalar("layer." + std::to_string(shard) + "." + std::to_string(i)));
      map += (map.empty() ? "\"" : ",\"") + tensors.back().name + "\":\"" + file + "\"";
    }
    const std::string bytes = safetensorsBytes(tensors);
    headers += bytes.size() - 4000;
    source.put("m", file, bytes);
  }
  const std::string index = "{\"weight_map\":{" + map + "}}";
  source.put("m", "model.safetensors.index.json", index);
  EXPECT_EQ(openAt(source).tensors().size(), 40000u);
  EXPECT_EQ(source.calls(), 3u);
  EXPECT_EQ(source.spent().requests, 1u + 40 + 40);
  EXPECT_EQ(source.spent().bytes, index.size() + headers);
}

TEST(CheckpointOpen, AsksOnceWhereHeadersAreShort) {
  MemorySource source(true);
  source.put("m", "model.safetensors", safetensorsBytes({scalar("a")}));
  openAt(source);
  EXPECT_EQ(source.calls(), 1u);
}

TEST(Views, CoverAWholeTensor) {
  MemorySource source;
  source.put("m", "x.safetensors",
             safetensorsBytes({support::tensorOf("a", DType::F32, {2, 1}, {1, 2})}));
  const Checkpoint checkpoint = openAt(source);
  const models::View view = models::whole(checkpoint, *checkpoint.find("a"));
  EXPECT_EQ(view.shard, &checkpoint.shards()[0]);
  EXPECT_EQ(view.first, 0u);
  EXPECT_EQ(view.info.model, "base");
  EXPECT_EQ(view.info.name, "a");
  EXPECT_EQ(view.info.shape, (std::vector<std::uint64_t>{2, 1}));
  EXPECT_EQ(view.info.elements, 2u);
  EXPECT_EQ(view.info.layer, -1);
}

}  // namespace
}  // namespace kindred::formats
