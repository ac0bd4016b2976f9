// Codes that have a decoder are numbers like any others.
#include <gmock/gmock.h>

#include "cli/layouts/parts.hpp"
#include "compared.hpp"
#include "family_layouts.hpp"
#include "recipes.hpp"
#include "support/gguf_llama.hpp"
#include "support/quantised.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using support::Quantised;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

// The summary with its line ends taken out.
std::string described(const TempDir& dir, const std::string& a, const std::string& b) {
  RunResult result = support::run({"compare", (dir / a).string(), (dir / b).string(), "--force",
                                   "--out", (dir / "out").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::string text;
  for (const char c : result.out) {
    const char plain = c == '\n' ? ' ' : c;
    if (plain != ' ' || !text.ends_with(' ')) text += plain;
  }
  return text;
}

void save(const TempDir& dir, const char* name, const Toy& toy, Quantised how) {
  saveModel(dir / name, quantised(toy, how), quantisedConfig(toyLlamaConfig(), how));
}

class Quantisation : public testing::TestWithParam<Quantised> {};

TEST_P(Quantisation, OfAChildIsFoundUnderItsBase) {
  TempDir dir;
  const Toy base = toyLlama(1);
  saveModel(dir / "a", stored(base), toyLlamaConfig());
  save(dir, "b", tuned(base, 2), GetParam());
  const json report = compared(dir);
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_FALSE(report.at("pairs")[0].at("coverage").at("left_out").contains("stored as codes"));
  EXPECT_GT(report.at("pairs")[0].at("coverage").at("plain_cosine").at("value"), 0.95);
}

TEST_P(Quantisation, OfStrangersAccusesNobody) {
  for (const std::uint64_t seed : {1, 11, 21}) {
    TempDir dir;
    save(dir, "a", toyLlama(seed), GetParam());
    save(dir, "b", toyLlama(seed + 1), GetParam());
    EXPECT_EQ(compared(dir).at("verdict").at("class"), "no-evidence") << seed;
  }
}

// As ComfyUI publishes single files: nothing but names says what they are, scales are called after
// the weights, and those of what goes in lie beside them.
TEST(QuantisedForComfy, AreReadByTheirNamesAlone) {
  TempDir dir;
  const Toy base = toyLlama(1);
  saveModel(dir / "a", stored(base), toyLlamaConfig());
  std::vector<support::TestTensor> tensors;
  for (support::TestTensor& tensor : quantised(tuned(base, 2), Quantised::fp8_rows)) {
    const std::string scale = "weight_scale";
    if (tensor.name.ends_with(scale)) {
      tensor.name.resize(tensor.name.size() - scale.size());
      tensors.push_back(support::tensorOf(tensor.name + "scale_input", DType::F32, {1}, {1.0}));
      tensor.name += "scale_weight";
    }
    tensors.push_back(std::move(tensor));
  }
  tensors.push_back(support::tensorOf("scaled_fp8", DType::F32, {1}, {0.0}));
  support::writeSafetensors(dir / "b.safetensors", tensors);
  const json report = compared(dir, "a", "b.safetensors");
  EXPECT_EQ(report.at("verdict").at("class"), "shared-weights");
  EXPECT_LT(bestP(report, "mlp-unit"), -8);
  EXPECT_FALSE(report.at("pairs")[0].at("coverage").at("left_out").contains("stored as codes"));
}

// AWQ rounds what it has scaled before; its columns are other numbers.
TEST_P(Quantisation, OfTheSameWeightsIsCalledRounding) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig());
  save(dir, "b", toyLlama(1), GetParam());
  save(dir, "c", tuned(toyLlama(1), 2), GetParam());
  const std::string said = described(dir, "a", "b");
  if (GetParam() != Quantised::awq) {
    EXPECT_THAT(said, AnyOf(HasSubstr("weights of b are those of a rounded to "),
                            HasSubstr("equal but for rounding")));
  }
  EXPECT_THAT(described(dir, "a", "c"), Not(HasSubstr("round")));
}

TEST_P(Quantisation, DoneTwiceIsTheSameBytes) {
  TempDir dir;
  save(dir, "a", toyLlama(1), GetParam());
  save(dir, "b", toyLlama(1), GetParam());
  EXPECT_EQ(compared(dir).at("verdict").at("class"), "identical");
}

TEST_P(Quantisation, ComesOutAgain) {
  TempDir dir;
  save(dir, "a", toyLlama(1), GetParam());
  save(dir, "b", tuned(toyLlama(1), 2), GetParam());
  compared(dir);
  const RunResult again = support::run({"verify", (dir / "out").string()});
  EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
}

INSTANTIATE_TEST_SUITE_P(Tools, Quantisation, testing::ValuesIn(support::kAllQuantised),
                         [](const auto& tested) { return nameOf(tested.param); });

TEST(Quantised, ModelsOfDifferentToolsAreOneFamily) {
  TempDir dir;
  const Toy base = toyLlama(1);
  save(dir, "a", base, Quantised::awq);
  save(dir, "b", tuned(base, 2), Quantised::nf4);
  EXPECT_EQ(compared(dir).at("verdict").at("class"), "shared-weights");
}

TEST(Quantised, NamesOfMatricesAndTheirSizesAreThoseOfTheWeights) {
  TempDir dir;
  save(dir, "a", toyLlama(1), Quantised::gptq);
  const RunResult result = support::run({"inspect", (dir / "a").string(), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json report = json::parse(result.out);
  for (const json& tensor : report.at("tensors")) {
    if (tensor.at("name") != "model.layers.0.mlp.down_proj.weight") continue;
    EXPECT_EQ(tensor.at("shape"), json({64, 176}));
    EXPECT_EQ(tensor.at("role"), "mlp.down");
    EXPECT_EQ(tensor.at("codec"), "GPTQ, 4 bit, groups of 16");
    EXPECT_EQ(tensor.at("stored").at("name"), "model.layers.0.mlp.down_proj.qweight");
    return;
  }
  FAIL() << "no such tensor";
}

// Rows of which blocks of 256 fit.
Layout wide() {
  const auto sized = [](std::string text) {
    return replaced(replaced(text, " D", " 256"), " U", " 512");
  };
  using namespace families;
  return {"llama",
          type("llama") +
              R"(,"hidden_size":256,"num_hidden_layers":2,"num_attention_heads":4,"head_dim":64,)"
              R"("num_key_value_heads":4,"intermediate_size":512,"vocab_size":256)",
          sized(replaced(replaced(kEnds + kNorms + kAttention + kMlp, " K", " D"), " Q", " D"))};
}

class RoundedInGguf : public testing::TestWithParam<support::GgufType> {};

TEST_P(RoundedInGguf, IsSaidByTheNameOfItsType) {
  TempDir dir;
  const Layout layout = wide();
  const Toy base = made(layout, 1);
  clitest::save(dir, "a", layout, base);
  const support::LlamaShape shape{256, 2, 4, 4, 64, 512, 256};
  dir.write("b.gguf", support::ggufLlama(base, shape, GetParam()));
  EXPECT_THAT(described(dir, "a", "b.gguf"),
              HasSubstr(std::string("rounded to ") + nameOf(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(Types, RoundedInGguf,
                         testing::Values(support::GgufType::Q4_K, support::GgufType::Q2_K,
                                         support::GgufType::IQ4_XS),
                         [](const auto& tested) { return nameOf(tested.param); });

// Rows of 176 hold no blocks of 32: of such tools leave the numbers, and round all others.
TEST(RoundedInPart, IsToldByTheMatricesThatWere) {
  TempDir dir;
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig());
  dir.write("b.gguf", support::ggufLlama(toyLlama(1), {}, support::GgufType::Q4_0));
  EXPECT_THAT(described(dir, "a", "b.gguf"), HasSubstr("rounded to Q4_0"));
  dir.write("c.gguf", support::ggufLlama(tuned(toyLlama(1), 2), {}, support::GgufType::Q4_0));
  EXPECT_THAT(described(dir, "a", "c.gguf"), Not(HasSubstr("rounded")));
}

// EETQ stores what its kernels read: transposed, and in the order of tensor cores.
TEST(QuantisedForKernels, IsNotTakenForRowsInTheirOrder) {
  TempDir dir;
  std::string config = toyLlamaConfig();
  config.insert(config.rfind('}'), R"(, "quantization_config": {"quant_method": "eetq"})");
  saveModel(dir / "a", stored(toyLlama(1)), toyLlamaConfig());
  saveModel(dir / "b", stored(tuned(toyLlama(1), 2), Coding::signed_alone), config);
  const json report = compared(dir);
  EXPECT_TRUE(report.at("pairs")[0].at("coverage").at("left_out").contains("stored as codes"))
      << report.at("pairs")[0].at("coverage").dump(1);
}

}  // namespace
}  // namespace kindred::clitest
