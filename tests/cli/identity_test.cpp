// What kindred compare calls identical, what it says differs in whatever is not, and where equal
// bytes are evidence.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>

#include "demo.hpp"
#include "recipes.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
namespace fs = std::filesystem;

using Tensors = std::vector<TestTensor>;

Tensors read(const fs::path& file) {
  const std::string bytes = support::readFile(file);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  const json header = json::parse(bytes.substr(8, length));
  Tensors tensors;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    const std::uint64_t first = entry.at("data_offsets").at(0),
                        end = entry.at("data_offsets").at(1);
    tensors.push_back({name, dtypeNamed(entry.at("dtype").get<std::string>()).value(),
                       entry.at("shape"), bytes.substr(8 + length + first, end - first)});
  }
  return tensors;
}

// The demo's base as one list.
Tensors base() {
  Tensors all;
  for (const char* shard : {"model-00001-of-00002", "model-00002-of-00002"}) {
    const Tensors some = read(kDemo / "base" / (std::string(shard) + ".safetensors"));
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

TestTensor& named(Tensors& tensors, const std::string& name) {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [&](const TestTensor& t) { return t.name == name; });
  if (found == tensors.end()) throw std::runtime_error(name);
  return *found;
}

void write(const fs::path& folder, const Tensors& tensors) {
  fs::create_directories(folder);
  for (const char* file : {"config.json", "tokenizer.json"}) {
    fs::copy_file(kDemo / "base" / file, folder / file);
  }
  support::writeSafetensors(folder / "model.safetensors", tensors);
}

json comparedFiles(const fs::path& a, const fs::path& b) {
  TempDir dir;
  const RunResult result = support::run(
      {"compare", a.string(), b.string(), "--force", "--out", (dir / "out").string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

const json& identityOf(const json& report) {
  return report.at("pairs").at(0).at("coverage").at("identity");
}

// Compares in both orders; the verdict is the same and not `identical`. Returns what differs, from
// both.
std::vector<std::string> differences(const fs::path& a, const fs::path& b) {
  std::vector<std::string> all;
  std::vector<std::string> classes;
  for (const auto& [x, y] : {std::pair(a, b), std::pair(b, a)}) {
    const json report = comparedFiles(x, y);
    classes.push_back(report.at("verdict").at("class"));
    for (const json& text : identityOf(report).at("differences")) all.push_back(text);
  }
  EXPECT_EQ(classes.front(), "shared-weights");
  EXPECT_EQ(classes.front(), classes.back());
  return all;
}

struct Identity : testing::Test {
  void edit(const std::function<void(Tensors&)>& change) {
    Tensors tensors = base();
    write(dir / "a", tensors);
    change(tensors);
    write(dir / "b", tensors);
  }
  std::vector<std::string> differing() { return differences(dir / "a", dir / "b"); }
  TempDir dir;
};

TEST_F(Identity, HoldsBetweenShardsAndOneFile) {
  write(dir / "one", base());
  for (const auto& [a, b] :
       {std::pair(kDemo / "base", dir / "one"), std::pair(dir / "one", kDemo / "base")}) {
    const json report = comparedFiles(a, b);
    EXPECT_EQ(report.at("verdict").at("class"), "identical");
    EXPECT_EQ(identityOf(report).at("differing"), 0);
  }
}

TEST_F(Identity, IsNoneWithAnotherHead) {
  edit([](Tensors& t) {
    TestTensor& head = named(t, "lm_head.weight");
    head = support::randomTensor(head.name, head.dtype, head.shape, 7);
  });
  EXPECT_THAT(differing(), Contains("lm_head.weight holds other bytes"));
}

TEST_F(Identity, IsNoneWithOneHeadMore) {
  edit([](Tensors& t) {
    std::erase_if(t, [](const TestTensor& x) { return x.name == "lm_head.weight"; });
  });
  EXPECT_THAT(differing(), Contains("lm_head.weight is only in a"));
}

TEST_F(Identity, IsNoneWithAnotherLayer) {
  edit([](Tensors& t) {
    std::erase_if(t, [](const TestTensor& x) { return x.name.starts_with("model.layers.5."); });
  });
  EXPECT_THAT(differing(), Contains("model.layers.5.mlp.up_proj.weight is only in a"));
}

TEST_F(Identity, IsNoneWithLayersInReverse) {
  edit([](Tensors& t) {
    for (TestTensor& x : t) {
      const std::string prefix = "model.layers.";
      if (x.name.starts_with(prefix)) {
        char& layer = x.name[prefix.size()];
        layer = static_cast<char>('0' + '5' - layer);
      }
    }
  });
  EXPECT_THAT(differing(), Contains("model.layers.0.mlp.up_proj.weight holds the bytes of b's "
                                    "model.layers.5.mlp.up_proj.weight"));
}

TEST_F(Identity, IsNoneWithMatricesUnderEachOthersNames) {
  edit([](Tensors& t) {
    std::swap(named(t, "model.layers.2.mlp.gate_proj.weight").name,
              named(t, "model.layers.2.mlp.up_proj.weight").name);
  });
  EXPECT_THAT(differing(), Contains(AllOf(HasSubstr("model.layers.2.mlp.up_proj.weight"),
                                          HasSubstr("holds the bytes of"))));
}

TEST_F(Identity, IsNoneWithTheSameBytesInAnotherEncoding) {
  edit([](Tensors& t) { named(t, "model.layers.2.mlp.up_proj.weight").dtype = DType::F16; });
  EXPECT_THAT(differing(), Contains("model.layers.2.mlp.up_proj.weight is BF16 in a and F16 in b"));
}

TEST_F(Identity, IsNoneWithTheSameBytesInAnotherShape) {
  edit([](Tensors& t) { named(t, "model.norm.weight").shape = {1, 64}; });
  EXPECT_THAT(differing(), Contains("model.norm.weight is [64] in a and [1, 64] in b"));
}

TEST_F(Identity, IsNoneWhereTheIndexOfOneOmitsAShard) {
  fs::copy(kDemo / "base", dir / "a");
  fs::copy(kDemo / "base", dir / "b");
  const fs::path file = dir / "b/model.safetensors.index.json";
  json index = json::parse(support::readFile(file));
  json& map = index.at("weight_map");
  for (auto entry = map.begin(); entry != map.end();) {
    entry = entry.value() == "model-00002-of-00002.safetensors" ? map.erase(entry) : ++entry;
  }
  std::ofstream(file) << index.dump();
  fs::copy(dir / "b", dir / "c");  // what both leave out may differ
  for (const auto& [a, b] : {std::pair("a", "b"), std::pair("b", "a"), std::pair("b", "c")}) {
    TempDir out;
    const RunResult result = support::run({"compare", (dir / a).string(), (dir / b).string(),
                                           "--force", "--out", (out / "out").string(), "--json"});
    if (result.exit_code == 2) {  // refused, and named
      EXPECT_THAT(result.err, HasSubstr("model-00002-of-00002.safetensors"));
    } else {
      EXPECT_NE(json::parse(result.out).at("verdict").at("class"), "identical");
    }
  }
}

TEST_F(Identity, HoldsWhereATiedHeadIsWrittenOut) {
  Tensors tied = base();
  named(tied, "lm_head.weight").bytes = named(tied, "model.embed_tokens.weight").bytes;
  write(dir / "out", tied);
  std::erase_if(tied, [](const TestTensor& x) { return x.name == "lm_head.weight"; });
  write(dir / "in", tied);
  for (const auto& [a, b] : {std::pair("in", "out"), std::pair("out", "in")}) {
    const json report = comparedFiles(dir / a, dir / b);
    EXPECT_EQ(report.at("verdict").at("class"), "identical");
    EXPECT_THAT(report.at("verdict").at("sentence").get<std::string>(),
                HasSubstr("lm_head.weight of out is its embedding, written out"));
  }
}

TEST_F(Identity, IsNoneWhereTheHeadOfATiedModelIsReplaced) {
  Tensors tied = base();
  TestTensor& head = named(tied, "lm_head.weight");
  head.bytes = named(tied, "model.embed_tokens.weight").bytes;
  write(dir / "a", tied);
  head = support::randomTensor(head.name, head.dtype, head.shape, 11);
  write(dir / "b", tied);
  EXPECT_THAT(differing(), Contains(HasSubstr("lm_head.weight holds")));
}

void writeBare(const fs::path& folder, const Tensors& tensors) {
  fs::create_directories(folder);
  support::writeSafetensors(folder / "model.safetensors", tensors);
}

TEST(SharedBytes, OfAFrozenBackboneAreEvidence) {
  for (const DType dtype : {DType::F32, DType::I8}) {
    TempDir dir;
    Tensors backbone;
    for (std::uint64_t i = 0; i < 6; ++i) {
      backbone.push_back(support::randomTensor("block." + std::to_string(i) + ".kernel", dtype,
                                               {3, 3, 48, 32}, i));
    }
    for (const auto& [name, seed] : {std::pair{"a", 71U}, std::pair{"b", 72U}}) {
      Tensors tensors = backbone;
      tensors.push_back(support::randomTensor("head", dtype, {64, 5}, seed));
      writeBare(dir / name, tensors);
    }
    for (const auto& [a, b] : {std::pair("a", "b"), std::pair("b", "a")}) {
      const json report = comparedFiles(dir / a, dir / b);
      EXPECT_THAT(report.at("verdict").at("class"), testing::AnyOf("shared-weights", "partial"));
      EXPECT_THAT(report.at("verdict").at("sentence").get<std::string>(),
                  HasSubstr("6 tensors (other) of 82,944 elements in all hold the same bytes"));
    }
  }
}

TEST(SharedBytes, OfAComplexTableAreNoEvidence) {
  TempDir dir;
  std::string table;
  for (int position = 0; position < 64; ++position) {
    for (int k = 0; k < 8; ++k) {
      const double angle = position / std::pow(10000.0, k / 8.0);
      for (const double value : {std::cos(angle), std::sin(angle)}) {
        const auto part = static_cast<float>(value);
        table.append(reinterpret_cast<const char*>(&part), sizeof part);
      }
    }
  }
  for (const char* name : {"base", "stranger"}) {
    Tensors tensors;
    for (const auto& entry : fs::directory_iterator(kDemo / name)) {
      if (entry.path().extension() != ".safetensors") continue;
      const Tensors some = read(entry.path());
      tensors.insert(tensors.end(), some.begin(), some.end());
    }
    tensors.push_back({"freqs_cis", DType::C64, {64, 8}, table});
    write(dir / name, tensors);
  }
  const json report = comparedFiles(dir / "base", dir / "stranger");
  EXPECT_EQ(report.at("verdict").at("class"), "no-evidence");
  EXPECT_THAT(report.at("verdict").at("power").get<std::string>(),
              testing::Not(HasSubstr("shared weights were found")));
}

}  // namespace
}  // namespace kindred::clitest
