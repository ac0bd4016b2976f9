// Models with a part of odd shape: the part is named with the shape that it should have, and the
// rest is compared.
#include <gmock/gmock.h>

#include <functional>
#include <limits>

#include "recipes.hpp"
#include "support/small_model.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using support::Family;
using support::SmallModel;
using testing::AllOf;
using testing::HasSubstr;
using Shape = std::vector<std::uint64_t>;

struct Compared {
  RunResult result;
  json report;

  std::string verdict() const { return report.at("verdict").at("class"); }
  // Every line that says what was not tested, and why.
  std::string leftOut() const {
    std::string text;
    for (const json& step : report.at("steps")) {
      for (const json& left : step.at("left_out")) {
        text += left.at("tensor_a").get<std::string>() + ": " +
                left.at("reason").get<std::string>() + "\n";
      }
    }
    for (const json& refused : report.at("refused")) {
      text += refused.at("reason").get<std::string>() + "\n";
    }
    return text;
  }
};

Compared compare(const SmallModel& a, const SmallModel& b) {
  TempDir dir;
  a.save(dir / "a");
  b.save(dir / "b");
  Compared compared;
  compared.result = support::run({"compare", (dir / "a").string(), (dir / "b").string(), "--force",
                                  "--out", (dir / "out").string(), "--json"});
  EXPECT_EQ(compared.result.signal, 0);
  compared.report = json::parse(compared.result.out, nullptr, false);
  EXPECT_FALSE(compared.report.is_discarded()) << compared.result.err;
  return compared;
}

SmallModel childOf(Family family, std::uint64_t seed) {
  SmallModel child = support::smallModel(family, seed);
  support::drift(child, 0.2, 77);
  return child;
}

struct Oddity {
  const char* name;
  Family family;
  std::function<void(SmallModel&)> make;
  const char* tensor;
  const char* reason;
};
void PrintTo(const Oddity& oddity, std::ostream* out) { *out << oddity.name; }

const std::string kLayer = "model.layers.1.";

std::function<void(SmallModel&)> reshaped(const std::string& tensor, const Shape& shape) {
  return [=](SmallModel& model) { model.reshape(tensor, shape); };
}

std::function<void(SmallModel&)> storedAs(const std::string& tensor, DType dtype, Shape shape) {
  return
      [=](SmallModel& model) { model.at(tensor) = support::randomTensor(tensor, dtype, shape, 5); };
}

std::function<void(SmallModel&)> stated(const std::string& key, const std::string& value) {
  return [=](SmallModel& model) { model.config[key] = value; };
}

std::function<void(SmallModel&)> renamed(const std::string& from, const std::string& to) {
  return [=](SmallModel& model) { model.at(from).name = to; };
}

const Oddity kOddities[] = {
    {"AnEmptyMatrix", Family::llama, reshaped(kLayer + "mlp.up_proj.weight", {0}),
     "model.layers.1.mlp.up_proj.weight", "is empty: shape [0], expected [48, 32]"},
    {"AMatrixWithoutColumns", Family::llama, reshaped(kLayer + "mlp.gate_proj.weight", {48, 0}),
     "model.layers.1.mlp.gate_proj.weight", "is empty: shape [48, 0], expected [48, 32]"},
    {"ASharedExpertWithoutRows", Family::mixed,
     [](SmallModel& model) {
       for (const char* part : {"gate", "up"}) {
         model.reshape(kLayer + "mlp.shared_experts." + part + "_proj.weight", {0, 32});
       }
       model.reshape(kLayer + "mlp.shared_experts.down_proj.weight", {32, 0});
     },
     "model.layers.1.mlp.shared_experts.gate_proj.weight",
     "is empty: shape [0, 32], expected [n, 32]"},
    {"AnEmbeddingWithoutRows", Family::llama, reshaped("model.embed_tokens.weight", {0, 32}),
     "model.embed_tokens.weight", "is empty: shape [0, 32], expected [n, 32]"},
    {"PackedHalves", Family::llama, storedAs(kLayer + "mlp.up_proj.weight", DType::U8, {48, 16}),
     "model.layers.1.mlp.up_proj.weight", "stored as U8"},
    {"HalvesOfFloats", Family::llama, storedAs(kLayer + "mlp.up_proj.weight", DType::F16, {48, 16}),
     "model.layers.1.mlp.up_proj.weight", "has shape [48, 16], expected [48, 32]"},
    {"AVectorForAMatrix", Family::llama, reshaped(kLayer + "self_attn.k_proj.weight", {512}),
     "model.layers.1.self_attn.k_proj.weight", "has shape [512], expected [16, 32]"},
    {"AMatrixForAVector", Family::llama, reshaped(kLayer + "input_layernorm.weight", {1, 32}),
     "model.layers.1.input_layernorm.weight", "has shape [1, 32], expected [32]"},
    {"AScalar", Family::llama, reshaped(kLayer + "self_attn.v_proj.weight", {}),
     "model.layers.1.self_attn.v_proj.weight", "has shape [], expected [16, 32]"},
    {"ThreeAxes", Family::llama, reshaped(kLayer + "self_attn.q_proj.weight", {4, 8, 32}),
     "model.layers.1.self_attn.q_proj.weight", "has shape [4, 8, 32], expected [32, 32]"},
    {"ATransposedMatrix", Family::llama, reshaped(kLayer + "mlp.gate_proj.weight", {32, 48}),
     "model.layers.1.mlp.gate_proj.weight",
     "has shape [32, 48], expected [48, 32] (units of its MLP, hidden_size 32): it is transposed"},
    {"AnotherWidthInOneLayer", Family::llama, reshaped(kLayer + "mlp.up_proj.weight", {48, 40}),
     "model.layers.1.mlp.up_proj.weight", "has shape [48, 40], expected [48, 32]"},
    {"FewerUpsThanGates", Family::llama, reshaped(kLayer + "mlp.up_proj.weight", {40, 32}),
     "model.layers.1.mlp.up_proj.weight", "has shape [40, 32], expected [48, 32]"},
    {"KeysThatAreNoWholeHeads", Family::llama,
     reshaped(kLayer + "self_attn.k_proj.weight", {15, 32}),
     "model.layers.1.self_attn.k_proj.weight",
     "has shape [15, 32], expected [16, 32] (2 key-value heads of 8 dimensions, hidden_size 32)"},
    {"AnotherHeadDimension", Family::llama, stated("head_dim", "7"),
     "model.layers.1.self_attn.k_proj.weight",
     "has shape [16, 32], expected [14, 32] (2 key-value heads of 7 dimensions"},
    {"HeadsThatDoNotDivide", Family::llama, stated("num_key_value_heads", "3"),
     "model.layers.1.self_attn.k_proj.weight", "4 query heads cannot share 3 key-value heads"},
    {"ARotaryPartThatIsTooLarge", Family::llama, stated("qk_rope_head_dim", "10"),
     "model.layers.1.self_attn.k_proj.weight",
     "10 rotary dimensions are no pairs inside a head of 8"},
    {"NoNumberOfHeads", Family::llama,
     [](SmallModel& model) { model.config.erase("num_attention_heads"); },
     "model.layers.1.self_attn.k_proj.weight", "config.json does not state num_attention_heads"},
    {"ComplexNumbers", Family::llama, storedAs(kLayer + "mlp.up_proj.weight", DType::C64, {48, 32}),
     "model.layers.1.mlp.up_proj.weight", "stored as C64"},
    {"IntegersOf64Bits", Family::llama,
     storedAs(kLayer + "mlp.up_proj.weight", DType::I64, {48, 32}),
     "model.layers.1.mlp.up_proj.weight", "stored as I64"},
    {"AnUpThatIsMissing", Family::llama,
     [](SmallModel& model) { model.erase(kLayer + "mlp.up_proj.weight"); },
     "model.layers.1.mlp.gate_proj.weight", "the mlp.up that belongs to it is not there"},
    {"ALayerThatIsMissing", Family::llama, stated("num_hidden_layers", "5"), "layer 4 of a",
     "is not there; 5 layers are stated"},
    {"ALayerBeyondThoseStated", Family::llama, stated("num_hidden_layers", "2"), "layer 2",
     "lies beyond the 2 layers that config.json states"},
    {"AHugeLayerNumber", Family::llama,
     [](SmallModel& model) {
       model.config.erase("num_hidden_layers");
       renamed(kLayer + "mlp.up_proj.weight", "model.layers.999999999.mlp.up_proj.weight")(model);
     },
     "layer 999999999", "has a number of 10000 or more"},
    {"AHugeNumberOfLayers", Family::llama, stated("num_hidden_layers", "2147483647"), "config.json",
     "states 2147483647 layers, which is taken for a mistake"},
    {"AnExpertBeyondThoseStated", Family::mixed,
     renamed(kLayer + "mlp.experts.2.gate_proj.weight", kLayer + "mlp.experts.9.gate_proj.weight"),
     "model.layers.1.mlp.experts.9.gate_proj.weight",
     "has an expert number beyond the 4 that config.json states"},
    {"ARouterOfOtherExperts", Family::mixed, reshaped(kLayer + "mlp.gate.weight", {5, 32}),
     "model.layers.1.mlp.gate.weight", "has shape [5, 32], expected [4, 32] (4 experts"},
    {"ALatentOfAnotherRank", Family::latent,
     reshaped(kLayer + "self_attn.q_a_proj.weight", {15, 32}),
     "model.layers.1.self_attn.q_a_proj.weight",
     "has shape [15, 32], expected [16, 32] (q_lora_rank 16"},
    {"AFusedTensorOfOtherRows", Family::fused,
     reshaped(kLayer + "self_attn.qkv_proj.weight", {60, 32}),
     "model.layers.1.self_attn.qkv_proj.weight",
     "has 60 rows, but its parts have 64 by config.json"},
    {"FewerRowsThanTokens", Family::llama, reshaped("model.embed_tokens.weight", {50, 32}),
     "embedding", "14 tokens of the tokenizer of a lie beyond its 50 rows"},
    {"MoreTokensThanRows", Family::llama, [](SmallModel& model) { model.tokens = 70; }, "embedding",
     "6 tokens of the tokenizer of a lie beyond its 64 rows"},
};

class OddShapes : public testing::TestWithParam<Oddity> {};

TEST_P(OddShapes, AreNamedAndTheRestIsCompared) {
  const Oddity& oddity = GetParam();
  SmallModel odd = support::smallModel(oddity.family, 1);
  oddity.make(odd);
  const Compared compared = compare(odd, childOf(oddity.family, 1));
  EXPECT_EQ(compared.result.exit_code, 0) << compared.result.err;
  EXPECT_EQ(compared.verdict(), "shared-weights");
  EXPECT_THAT(compared.leftOut(),
              AllOf(HasSubstr(std::string(oddity.tensor)), HasSubstr(oddity.reason)));
}

INSTANTIATE_TEST_SUITE_P(Each, OddShapes, testing::ValuesIn(kOddities),
                         [](const auto& test) { return std::string(test.param.name); });

// As a save of a sharded optimiser leaves them, whose matrices lie elsewhere.
TEST(OddModels, WithoutAnyMatrixAreUntestableAndSayWhichIsEmpty) {
  SmallModel hollow = support::smallModel(Family::llama, 1);
  for (support::TestTensor& tensor : hollow.tensors) {
    tensor = support::randomTensor(tensor.name, DType::F32, {0}, 1);
  }
  for (const bool swapped : {false, true}) {
    const SmallModel whole = support::smallModel(Family::llama, 1);
    const Compared compared = swapped ? compare(whole, hollow) : compare(hollow, whole);
    EXPECT_EQ(compared.result.exit_code, 2);
    EXPECT_EQ(compared.verdict(), "untestable");
    EXPECT_THAT(compared.leftOut(),
                AllOf(HasSubstr("can be tested: "),
                      HasSubstr(std::string("model.embed_tokens.weight: embedding of ") +
                                (swapped ? "b" : "a") + " is empty: shape [0], expected [n, 32]")));
  }
}

TEST(OddModels, OfAnotherWidthThanStatedAreUntestable) {
  SmallModel odd = support::smallModel(Family::llama, 1);
  odd.config["hidden_size"] = "64";
  const Compared compared = compare(odd, childOf(Family::llama, 1));
  EXPECT_EQ(compared.result.exit_code, 2);
  EXPECT_THAT(compared.leftOut(),
              HasSubstr("has shape [64, 32], expected [n, 64] (hidden_size 64)"));
}

TEST(OddModels, WithoutAStatedWidthHaveThatOfMostMatrices) {
  SmallModel odd = support::smallModel(Family::llama, 1);
  odd.config.erase("hidden_size");
  odd.reshape(kLayer + "mlp.up_proj.weight", {48, 40});
  const Compared compared = compare(odd, childOf(Family::llama, 1));
  EXPECT_EQ(compared.verdict(), "shared-weights");
  EXPECT_THAT(compared.leftOut(),
              HasSubstr("expected [48, 32] (units of its MLP, the width of most others)"));
}

TEST(OddModels, OfNumbersThatAreNotFiniteGiveNoCoins) {
  SmallModel odd = support::smallModel(Family::llama, 1);
  for (support::TestTensor& tensor : odd.tensors) {
    const std::vector<double> values(tensor.bytes.size() / sizeof(float),
                                     std::numeric_limits<double>::quiet_NaN());
    tensor = support::tensorOf(tensor.name, DType::F32, tensor.shape, values);
  }
  const Compared compared = compare(odd, support::smallModel(Family::llama, 1));
  EXPECT_EQ(compared.verdict(), "untestable");
  EXPECT_THAT(compared.leftOut(),
              HasSubstr("144 of 144 rows of a are zero, constant or not finite"));
}

TEST(OddModels, OfWhichALayerIsEmptyOnEitherSideDoNotCountItAsCovered) {
  for (const double value : {0.0, std::numeric_limits<double>::quiet_NaN()}) {
    for (const bool first : {true, false}) {
      SmallModel odd = support::smallModel(Family::llama, 1);
      std::size_t emptied = 0;
      for (support::TestTensor& tensor : odd.tensors) {
        if (!tensor.name.starts_with(kLayer)) continue;
        const std::vector<double> values(tensor.bytes.size() / sizeof(float), value);
        tensor = support::tensorOf(tensor.name, DType::F32, tensor.shape, values);
        ++emptied;
      }
      const SmallModel whole = support::smallModel(Family::llama, 2);
      const Compared compared = first ? compare(odd, whole) : compare(whole, odd);
      const json& coverage = compared.report.at("pairs")[0].at("coverage");
      EXPECT_EQ(coverage.at("left_out").at("constant").at("tensors"), emptied)
          << value << first << coverage.at("left_out");
      EXPECT_THAT(compared.result.out, HasSubstr("constant"));
    }
  }
}

TEST(OddModels, OfWhichAGainIsNoNumberAreComparedByTheirRows) {
  SmallModel odd = support::smallModel(Family::llama, 1);
  for (support::TestTensor& tensor : odd.tensors) {
    if (tensor.name.find("norm") == std::string::npos) continue;
    std::vector<double> gains(tensor.shape[0], 1);
    gains[0] = std::numeric_limits<double>::quiet_NaN();
    tensor = support::tensorOf(tensor.name, DType::F32, tensor.shape, gains);
  }
  const Compared compared = compare(odd, support::smallModel(Family::llama, 1));
  EXPECT_EQ(compared.verdict(), "shared-weights");
  EXPECT_THAT(compared.leftOut(), testing::Not(HasSubstr("not finite")));
}

class OddDimensions : public testing::TestWithParam<const char*> {};

TEST_P(OddDimensions, AreRefusedByKeyAndFile) {
  TempDir dir;
  SmallModel odd = support::smallModel(Family::llama, 1);
  odd.config["num_key_value_heads"] = GetParam();
  odd.save(dir / "a");
  support::smallModel(Family::llama, 1).save(dir / "b");
  const RunResult result = support::run({"compare", (dir / "a").string(), (dir / "b").string(),
                                         "--force", "--out", (dir / "out").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("a/config.json"), HasSubstr("'num_key_value_heads' is"),
                                HasSubstr("not a whole number from 0 to 2147483647")));
}

INSTANTIATE_TEST_SUITE_P(Each, OddDimensions,
                         testing::Values("-1", "2.5", "\"2\"", "9223372036854775808", "true"));

}  // namespace
}  // namespace kindred::clitest
