// Weights on a lattice without symmetry: their signs are coins only away from zero, and the other
// model's are the better ones.
#include <gmock/gmock.h>

#include <fstream>

#include "recipes.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr std::uint64_t kLatticeHidden = 32, kUnits = 64, kLatticeLayers = 3;

// A small decoder laid out as Llama is, all matrices of one dtype.
void writeModel(const std::filesystem::path& folder, DType dtype, std::uint64_t seed) {
  std::vector<support::TestTensor> tensors;
  const auto matrix = [&](const std::string& name, std::uint64_t rows, std::uint64_t columns) {
    tensors.push_back(support::randomTensor(name, dtype, {rows, columns}, ++seed));
  };
  const auto gains = [&](const std::string& name) {
    tensors.push_back(support::tensorOf(name, DType::F32, {kLatticeHidden},
                                        std::vector<double>(kLatticeHidden, 1)));
  };
  matrix("model.embed_tokens.weight", 40, kLatticeHidden);
  matrix("lm_head.weight", 40, kLatticeHidden);
  gains("model.norm.weight");
  for (std::uint64_t l = 0; l < kLatticeLayers; ++l) {
    const std::string layer = "model.layers." + std::to_string(l) + ".";
    gains(layer + "input_layernorm.weight");
    gains(layer + "post_attention_layernorm.weight");
    for (const char* name : {"q", "k", "v", "o"}) {
      matrix(layer + "self_attn." + name + "_proj.weight", kLatticeHidden, kLatticeHidden);
    }
    matrix(layer + "mlp.gate_proj.weight", kUnits, kLatticeHidden);
    matrix(layer + "mlp.up_proj.weight", kUnits, kLatticeHidden);
    matrix(layer + "mlp.down_proj.weight", kLatticeHidden, kUnits);
  }
  std::filesystem::create_directories(folder);
  support::writeSafetensors(folder / "model.safetensors", tensors);
  const json config{{"model_type", "llama"},
                    {"architectures", {"LlamaForCausalLM"}},
                    {"hidden_size", kLatticeHidden},
                    {"intermediate_size", kUnits},
                    {"num_hidden_layers", kLatticeLayers},
                    {"num_attention_heads", 2},
                    {"num_key_value_heads", 2},
                    {"vocab_size", 40}};
  std::ofstream(folder / "config.json") << config.dump(1);
}

// The first sign test of units, where model one and model two are of these dtypes.
json unitsOf(DType one, DType two) {
  TempDir dir;
  writeModel(dir / "one", one, 1000);
  writeModel(dir / "two", two, 2000);
  const RunResult result =
      support::run({"compare", (dir / "one").string(), (dir / "two").string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const json report = json::parse(result.out);
  for (const json& finding : report.at("findings")) {
    if (finding.at("test") == "sign-test" && finding.at("gauge") == "mlp-unit") return finding;
  }
  return {};
}

TEST(Lattice, IntegersAreNamedAndTheirSmallCosinesAreNoCoins) {
  const json floats = unitsOf(DType::F32, DType::F32), integers = unitsOf(DType::I8, DType::I8);
  ASSERT_FALSE(floats.empty());
  ASSERT_FALSE(integers.empty());
  EXPECT_LT(integers.at("units"), floats.at("units"));
  EXPECT_THAT(integers.at("assumptions").get<std::string>(),
              HasSubstr("stored as I8, whose values are not symmetric about zero"));
}

TEST(Lattice, CoinsAreThoseOfTheModelWithoutOne) {
  const json finding = unitsOf(DType::I8, DType::F32);
  ASSERT_FALSE(finding.empty());
  EXPECT_THAT(finding.at("null").get<std::string>(), HasSubstr("MLP unit of two"));
  EXPECT_EQ(finding.at("units"), kLatticeLayers * kUnits);
}

}  // namespace
}  // namespace kindred::clitest
