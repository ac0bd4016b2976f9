// What no file's form may change: verdicts, p-values and findings of the same numbers, however they
// are named, cut up, ordered, stored or read.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "cli/recipes.hpp"
#include "cli/toys.hpp"
#include "servers/range_server.hpp"
#include "support/gguf_llama.hpp"
#include "support/torch.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using Tensors = std::vector<TestTensor>;

void writeConfig(const std::filesystem::path& folder) {
  std::ofstream(folder / "config.json") << toyLlamaConfig();
}

void asOneFile(const std::filesystem::path& folder, const Tensors& tensors) {
  saveModel(folder, tensors, toyLlamaConfig());
}

void inReverse(const std::filesystem::path& folder, const Tensors& tensors) {
  asOneFile(folder, Tensors(tensors.rbegin(), tensors.rend()));
}

void inShards(const std::filesystem::path& folder, const Tensors& tensors) {
  std::filesystem::create_directories(folder);
  std::vector<Tensors> shards(3);
  for (std::size_t i = 0; i < tensors.size(); ++i) shards[i % 3].push_back(tensors[i]);
  support::writeShards(folder, shards);
  writeConfig(folder);
}

void asTorchFile(const std::filesystem::path& folder, const Tensors& tensors) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "pytorch_model.bin", std::ios::binary) << support::torchBytes(tensors);
  writeConfig(folder);
}

// All that a report says of a pair by its numbers: the verdict, and every test with what it found.
json saidOf(const json& report) {
  json said = json::array({report.at("verdict").at("class"), report.at("verdict").at("log10_p"),
                           report.at("verdict").at("breadth"), report.at("verdict").at("sizes")});
  for (const json& finding : report.at("findings")) {
    json entry = json::array();
    for (const char* field : {"test", "gauge", "statistic", "log10_p", "log10_p_adjusted", "units",
                              "copies", "basis", "likeness", "by_layer", "matches"}) {
      entry.push_back(finding.at(field));
    }
    said.push_back(std::move(entry));
  }
  return said;
}

// Of models by their addresses.
json comparedAt(const TempDir& dir, const std::string& a, const std::string& b,
                const std::vector<std::string>& options = {},
                const support::RunOptions& where = {}) {
  std::vector<std::string> arguments{
      "compare", a, b, "--force", "--json", "--out", (dir / "out").string()};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const RunResult result = support::run(arguments, where);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

json compared(const TempDir& dir, const std::string& a, const std::string& b,
              const std::vector<std::string>& options = {}) {
  return comparedAt(dir, (dir / a).string(), (dir / b).string(), options);
}

struct Form {
  const char* name;
  void (*write)(const std::filesystem::path&, const Tensors&);
  std::vector<std::string> options = {};
};
const Form kForms[] = {
    {"AnotherFolder", asOneFile},
    {"TensorsInReverse", inReverse},
    {"Shards", inShards},
    {"ATorchFile", asTorchFile},
    {"OneThread", asOneFile, {"--jobs", "1"}},
    {"ThreeThreads", asOneFile, {"--jobs", "3"}},
};

// A copy and a stranger of a model, and what is said of them as plain files.
class Unchanged : public testing::TestWithParam<Form> {
 protected:
  static Tensors numbersOf(const std::string& model) {
    const Toy base = toyLlama(1);
    if (model == "copy") return stored(tuned(base, 2));
    return stored(model == "base" ? base : toyLlama(3));
  }
};

TEST_P(Unchanged, IsWhatIsSaidOfTheSameNumbers) {
  const TempDir dir;
  for (const char* other : {"copy", "stranger"}) {
    asOneFile(dir / "base", numbersOf("base"));
    asOneFile(dir / other, numbersOf(other));
    const json plain = saidOf(compared(dir, "base", other));
    ASSERT_GT(plain.size(), 6u) << "several findings";
    const std::string form = std::string("elsewhere/") + other;
    GetParam().write(dir / form, numbersOf(other));
    EXPECT_EQ(saidOf(compared(dir, "base", form, GetParam().options)), plain) << other;
  }
}

INSTANTIATE_TEST_SUITE_P(, Unchanged, testing::ValuesIn(kForms),
                         [](const auto& tested) { return std::string(tested.param.name); });

// As a model of a hub, read by ranges over HTTP.
TEST(UnchangedOverHttp, IsWhatIsSaidOfTheSameFilesOnDisk) {
  const TempDir dir;
  const Toy base = toyLlama(1);
  asOneFile(dir / "base", stored(base));
  asOneFile(dir / "copy", stored(tuned(base, 2)));
  asOneFile(dir / "stranger", stored(toyLlama(3)));
  servers::RangeServer server;
  support::RunOptions hub;
  hub.environment = {{"HF_ENDPOINT", server.endpoint()},
                     {"HF_TOKEN", std::nullopt},
                     {"HF_HUB_OFFLINE", std::nullopt},
                     {"HF_HOME", (dir / "hub").string()},
                     {"XDG_CACHE_HOME", (dir / "cache").string()}};
  for (const std::string other : {"copy", "stranger"}) {
    server.publish(
        "somebody/" + other, "main", std::string(40, other.front()),
        {{"config.json", servers::textContent(toyLlamaConfig())},
         {"model.safetensors", servers::fileContent(dir / (other + "/model.safetensors"))}});
    const json plain = saidOf(compared(dir, "base", other));
    ASSERT_GT(plain.size(), 6u);
    EXPECT_EQ(saidOf(comparedAt(dir, (dir / "base").string(), "somebody/" + other, {}, hub)), plain)
        << other;
    EXPECT_GT(server.bytesSent(other + "/resolve/"), 0u);
  }
}

// The same with every number one that BF16 and F16 hold. GGUF stores it with heads' halves in turns
// and under names of its own.
Toy inHalves(Toy toy) {
  for (auto& [name, array] : toy) {
    for (double& x : array.values) {
      for (const DType dtype : {DType::BF16, DType::F16}) {
        x = support::halfValue(dtype, support::halfBits(dtype, x));
      }
    }
  }
  return toy;
}

TEST(UnchangedInGguf, IsWhatIsSaidOfTheSameNumbersInSafetensors) {
  const TempDir dir;
  const Toy base = inHalves(toyLlama(1));
  asOneFile(dir / "base", stored(base));
  for (const bool copy : {true, false}) {
    const Toy other = inHalves(copy ? tuned(toyLlama(1), 2) : toyLlama(3));
    asOneFile(dir / "other", stored(other));
    const json plain = saidOf(compared(dir, "base", "other"));
    ASSERT_GT(plain.size(), 6u);
    std::filesystem::create_directories(dir / "elsewhere/other");
    dir.write("elsewhere/other/model.gguf", support::ggufLlama(other, {}, support::GgufType::F16));
    EXPECT_EQ(saidOf(compared(dir, "base", "elsewhere/other")), plain) << (copy ? "copy" : "other");
  }
}

// Random draws go by the models' names, so that pairs of one run share no luck: tests that draw
// nothing say the same under any name, and the verdict does.
TEST(Renamed, ModelsHaveTheSameVerdictAndSigns) {
  const TempDir dir;
  const Toy base = toyLlama(1);
  asOneFile(dir / "base", stored(base));
  const Toy others[] = {tuned(base, 2), toyLlama(3)};
  for (const Toy& other : others) {
    asOneFile(dir / "other", stored(other));
    asOneFile(dir / "x", stored(other));
    const auto signsOf = [](const json& report) {
      json said = json::array({report.at("verdict").at("class")});
      for (const json& finding : report.at("findings")) {
        if (finding.at("test") != "sign-test") continue;
        said.push_back({finding.at("statistic"), finding.at("log10_p"), finding.at("units")});
      }
      return said;
    };
    const json said = signsOf(compared(dir, "base", "other"));
    ASSERT_GT(said.size(), 4u);
    EXPECT_EQ(signsOf(compared(dir, "base", "x")), said);
  }
}

TEST(Exchanged, ModelsHaveTheSameVerdict) {
  const TempDir dir;
  const Toy base = toyLlama(1);
  asOneFile(dir / "base", stored(base));
  asOneFile(dir / "copy", stored(tuned(base, 2)));
  asOneFile(dir / "stranger", stored(toyLlama(3)));
  for (const char* other : {"copy", "stranger"}) {
    const json there = compared(dir, "base", other).at("verdict");
    const json back = compared(dir, other, "base").at("verdict");
    EXPECT_EQ(there.at("class"), back.at("class")) << other;
    EXPECT_EQ(there.at("log10_p").get<double>() <= -6, back.at("log10_p").get<double>() <= -6);
  }
}

}  // namespace
}  // namespace kindred::clitest
