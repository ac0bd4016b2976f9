// kindred replay: merges that are computed again from their parents, to the last bit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <tuple>

#include <nlohmann/json.hpp>

#include "support/gguf_llama.hpp"
#include "support/process.hpp"
#include "support/quantised.hpp"
#include "support/temp_dir.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using support::RunResult;
using support::TempDir;
using testing::AllOf;
using testing::HasSubstr;

float bfloat(double value) {
  const std::uint32_t bits = std::uint32_t{support::halfBits(DType::BF16, value)} << 16;
  float result = 0;
  std::memcpy(&result, &bits, sizeof(result));
  return result;
}

void saveBfloat(const TempDir& dir, const std::string& name, const Toy& toy) {
  std::vector<support::TestTensor> tensors;
  for (const auto& [tensor, array] : toy) {
    tensors.push_back(support::tensorOf(tensor, DType::BF16, array.shape, array.values));
  }
  saveModel(dir / name, tensors, toyLlamaConfig());
}

// As it comes back from a file.
Toy inBfloat(Toy toy) {
  for (auto& [name, array] : toy) {
    for (double& value : array.values) value = bfloat(value);
  }
  return toy;
}

using Mix = std::function<float(float, float)>;

Toy mixed(const Toy& a, const Toy& b, const Mix& mix) {
  Toy result = a;
  for (auto& [name, array] : result) {
    const auto& other = b.at(name).values;
    for (std::size_t i = 0; i < array.values.size(); ++i) {
      array.values[i] = mix(static_cast<float>(array.values[i]), static_cast<float>(other[i]));
    }
  }
  return result;
}

// Parents a and b of one start, and their merge.
class Replay : public testing::Test {
 protected:
  Replay() : a_(inBfloat(toyLlama(1))), b_(inBfloat(tuned(toyLlama(1), 2))) {
    saveBfloat(dir_, "a", a_);
    saveBfloat(dir_, "b", b_);
  }

  void publish(const Mix& mix) { saveBfloat(dir_, "merge", mixed(a_, b_, mix)); }

  RunResult replayed(const std::string& yaml, std::vector<std::string> options = {}) {
    const auto file = dir_.write("merge.yaml", yaml);
    std::vector<std::string> command{"replay", file.string(), (dir_ / "merge").string()};
    command.insert(command.end(), options.begin(), options.end());
    return support::run(command);
  }

  json reportOf(const std::string& yaml, std::vector<std::string> options = {}) {
    options.push_back("--json");
    const RunResult result = replayed(yaml, options);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.exit_code == 0 ? json::parse(result.out) : json();
  }

  TempDir dir_;
  Toy a_, b_;
};

std::string linear(double a, double b) {
  return "merge_method: linear\nmodels:\n"
         "  - {model: a, parameters: {weight: " +
         std::to_string(a) +
         "}}\n"
         "  - {model: b, parameters: {weight: " +
         std::to_string(b) + "}}\n";
}

TEST_F(Replay, GivesEveryBitOfAMergeBack) {
  publish([](float a, float b) { return (0.8f * a + 0.6f * b) / (0.8f + 0.6f); });
  const json report = reportOf(linear(0.8, 0.6));
  EXPECT_EQ(report.at("share"), 1.0);
  EXPECT_EQ(report.at("arithmetic"), "single");
  EXPECT_GT(report.at("all").at("differing"), 10'000);
  EXPECT_THAT(replayed(linear(0.8, 0.6)).out, HasSubstr("100 %"));
}

TEST_F(Replay, MissesValuesWhereAWeightIsOffByLittle) {
  publish([](float a, float b) { return (0.8f * a + 0.6f * b) / (0.8f + 0.6f); });
  const double slightly = reportOf(linear(0.8, 0.601)).at("share");
  EXPECT_LT(slightly, 0.999);
  EXPECT_GT(slightly, 0.9);
  EXPECT_LT(reportOf(linear(0.6, 0.4)).at("share"), 0.95);
  EXPECT_LT(reportOf(linear(0.5, 0.5)).at("share"), 0.8);
}

TEST_F(Replay, CountsOnlyValuesAtWhichTheParentsDiffer) {
  Toy half = a_;  // b in the MLPs, a elsewhere
  for (auto& [name, array] : half) {
    if (name.find("mlp") != std::string::npos) array = b_.at(name);
  }
  saveBfloat(dir_, "b", half);
  saveBfloat(dir_, "merge", a_);  // no merge at all: it has every value that the parents share
  const json report = reportOf(linear(0.5, 0.5));
  EXPECT_LT(report.at("all").at("differing"), report.at("all").at("values"));
  EXPECT_LT(report.at("share"), 0.5);
}

TEST_F(Replay, SaysWhereParentsAreEqualAndNothingCanBeTold) {
  saveBfloat(dir_, "b", a_);
  saveBfloat(dir_, "merge", a_);
  const RunResult result = replayed(linear(0.5, 0.5));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.out, HasSubstr("says nothing"));
}

TEST_F(Replay, KnowsTheOrderOfOperationsByTheLastBit) {
  publish([](float a, float b) { return a + 0.37f * (b - a); });
  const json report = reportOf(linear(0.63, 0.37));
  EXPECT_EQ(report.at("arithmetic"), "interpolated");
  EXPECT_EQ(report.at("share"), 1.0);
  EXPECT_LT(report.at("all").at("arithmetic").at("steps").at("equal"),
            report.at("all").at("differing"));
}

TEST_F(Replay, ComputesTaskArithmeticAsMergekitDoesInBfloat16) {
  publish([](float a, float b) { return bfloat(a + bfloat(bfloat(0.3) * bfloat(b - a))); });
  const json report = reportOf(
      "merge_method: task_arithmetic\nbase_model: a\ndtype: bfloat16\n"
      "models: [{model: b, parameters: {weight: 0.3}}]\n");
  EXPECT_EQ(report.at("arithmetic"), "steps");
  EXPECT_EQ(report.at("share"), 1.0);
}

TEST_F(Replay, TakesTheAngleOfSlerpFromWholeTensors) {
  Toy merge = a_;
  for (auto& [name, array] : merge) {
    const auto& other = b_.at(name).values;
    double product = 0, first = 0, second = 0;
    for (std::size_t i = 0; i < other.size(); ++i) {
      product += array.values[i] * other[i];
      first += array.values[i] * array.values[i];
      second += other[i] * other[i];
    }
    const double cosine = product / std::sqrt(first) / std::sqrt(second);
    const double angle = std::acos(std::min(1.0, cosine));
    const bool line = cosine > 0.9995;
    const double x = line ? 0.7 : std::sin(0.7 * angle) / std::sin(angle);
    const double y = line ? 0.3 : std::sin(0.3 * angle) / std::sin(angle);
    for (std::size_t i = 0; i < other.size(); ++i) {
      array.values[i] = static_cast<float>(x * array.values[i] + y * other[i]);
    }
  }
  saveBfloat(dir_, "merge", merge);
  const std::string slices =
      "merge_method: slerp\nbase_model: a\nparameters: {t: 0.3}\nslices:\n"
      "  - sources: [{model: a, layer_range: [0, 2]}, "
      "{model: b, layer_range: [0, 2]}]\n";
  EXPECT_GT(reportOf(slices).at("share"), 0.9999);
}

TEST_F(Replay, StacksLayersOfTwoModels) {
  Toy stacked = a_;
  for (const auto& [name, array] : b_) {
    const bool behind = name.starts_with("model.norm") || name.starts_with("lm_head");
    if (behind || name.find("layers.1.") != std::string::npos) stacked[name] = array;
  }
  saveBfloat(dir_, "merge", stacked);
  const std::string good =
      "merge_method: passthrough\nslices:\n"
      "  - sources: [{model: a, layer_range: [0, 1]}]\n"
      "  - sources: [{model: b, layer_range: [1, 2]}]\n";
  EXPECT_EQ(reportOf(good).at("share"), 1.0);
  const std::string turned =
      "merge_method: passthrough\nslices:\n"
      "  - sources: [{model: b, layer_range: [0, 1]}]\n"
      "  - sources: [{model: a, layer_range: [1, 2]}]\n";
  EXPECT_LT(reportOf(turned).at("share"), 0.5);
  const RunResult three = replayed(
      "merge_method: passthrough\nslices:\n"
      "  - sources: [{model: a, layer_range: [0, 2]}]\n"
      "  - sources: [{model: b, layer_range: [1, 2]}]\n");
  EXPECT_EQ(three.exit_code, 2);
  EXPECT_THAT(three.err, HasSubstr("it has 2 layers, but the merge makes 3"));
}

TEST_F(Replay, TakesEvenlySpacedRowsWithinABudget) {
  publish([](float a, float b) { return 0.5f * a + 0.5f * b; });
  const json all = reportOf(linear(0.5, 0.5));
  const json some = reportOf(linear(0.5, 0.5), {"--max-bytes", "20kB"});
  EXPECT_EQ(some.at("share"), 1.0);
  EXPECT_FALSE(some.at("whole"));
  EXPECT_LT(some.at("bytes_read"), all.at("bytes_read").get<double>() / 2);
}

TEST_F(Replay, GivesTheCodesBackOfAMergeThatWasQuantised) {
  const Toy merge = inBfloat(mixed(a_, b_, [](float a, float b) { return 0.5f * a + 0.5f * b; }));
  constexpr auto kHow = support::Quantised::fp8_blocks;
  saveModel(dir_ / "merge", support::quantised(merge, kHow),
            support::quantisedConfig(toyLlamaConfig(), kHow));
  const json report = reportOf(linear(0.5, 0.5));
  EXPECT_GT(report.at("share"), 0.995);  // but where a quotient lies half-way between codes
  EXPECT_GT(report.at("all").at("differing"), 10'000);
  EXPECT_LT(reportOf(linear(0.7, 0.3)).at("share"), 0.9);
}

TEST_F(Replay, GivesTheBlocksBackOfAMergeThatWasQuantised) {
  Toy merge = mixed(a_, b_, [](float a, float b) { return 0.5f * a + 0.5f * b; });
  for (const auto& [name, toy, type] :
       {std::tuple("a", &a_, support::GgufType::F16), std::tuple("b", &b_, support::GgufType::F16),
        std::tuple("merge", &merge, support::GgufType::Q8_0)}) {
    std::filesystem::remove_all(dir_ / name);
    dir_.write(std::string(name) + "/model.gguf", support::ggufLlama(*toy, {}, type));
  }
  const std::string in_half = "dtype: float16\n";
  EXPECT_GT(reportOf(in_half + linear(0.5, 0.5)).at("share"), 0.97);
  EXPECT_LT(reportOf(in_half + linear(0.7, 0.3)).at("share"), 0.6);
}

TEST_F(Replay, SaysWhichCodesItDoesNotMakeAgain) {
  constexpr auto kHow = support::Quantised::nf4;
  saveModel(dir_ / "merge", support::quantised(a_, kHow),
            support::quantisedConfig(toyLlamaConfig(), kHow));
  const json report = reportOf(linear(0.5, 0.5));
  EXPECT_THAT(report.at("left_out").dump(), HasSubstr("codes that are not made again here"));
}

TEST_F(Replay, TakesWhatStandsBehindTheLayersForDepthZeroAsMergekitDoes) {
  Toy merge = mixed(a_, b_, [](float a, float b) { return 0.5f * a + 0.5f * b; });
  for (const char* name : {"model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"}) {
    merge[name] = a_.at(name);
  }
  for (auto& [name, array] : merge) {
    if (name.find("layers.0.") != std::string::npos) array = a_.at(name);
    if (name.find("layers.1.") != std::string::npos) array = b_.at(name);
  }
  saveBfloat(dir_, "merge", merge);
  const json report = reportOf(
      "merge_method: slerp\nbase_model: a\nparameters: {t: [0, 1]}\n"
      "models: [{model: a}, {model: b}]\n");
  EXPECT_EQ(report.at("share"), 1.0);
}

TEST_F(Replay, TakesASlerpSliceOfOneModelForThatModel) {
  saveBfloat(dir_, "merge", b_);
  const json report = reportOf(
      "merge_method: slerp\nbase_model: a\nparameters: {t: 0.3}\nslices:\n"
      "  - sources: [{model: b, layer_range: [0, 2]}]\n");
  EXPECT_EQ(report.at("share"), 1.0);
}

TEST_F(Replay, FindsModelsUnderOtherNames) {
  publish([](float a, float b) { return 0.5f * a + 0.5f * b; });
  const std::string yaml =
      "merge_method: linear\nmodels:\n"
      "  - {model: org/first, parameters: {weight: 0.5}}\n"
      "  - {model: b, parameters: {weight: 0.5}}\n";
  EXPECT_EQ(reportOf(yaml, {"--model", "org/first=" + (dir_ / "a").string()}).at("share"), 1.0);
  const RunResult wrong = replayed(yaml, {"--model", "first=" + (dir_ / "a").string()});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("org/first"));
}

TEST_F(Replay, NamesTheLineOfAnErrorInTheMerge) {
  publish([](float a, float) { return a; });
  const RunResult result = replayed("merge_method: ties\nmodels: [{model: a}]\n");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("merge.yaml:1"), HasSubstr("ties")));
}

}  // namespace
}  // namespace kindred::clitest
