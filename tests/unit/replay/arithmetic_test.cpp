// The last bits of merges: what each way of computing them gives.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "replay/arithmetic.hpp"
#include "support/safetensors.hpp"

namespace kindred::replay {
namespace {

TEST(Rounding, IsToNearestAndTiesToEven) {
  EXPECT_EQ(rounded(DType::BF16, 1.00390625f), 1.0f);       // half a step above 1
  EXPECT_EQ(rounded(DType::BF16, 1.01171875f), 1.015625f);  // half a step above an odd one
  EXPECT_EQ(rounded(DType::F16, 65519.0f), 65504.0f);
  EXPECT_TRUE(std::isinf(rounded(DType::F16, 65520.0f)));
  EXPECT_EQ(rounded(DType::F16, 0x1.8p-24f), 0x1p-23f);  // a tie among the smallest
  EXPECT_TRUE(std::isnan(rounded(DType::BF16, std::numeric_limits<float>::quiet_NaN())));
  EXPECT_EQ(rounded(DType::F32, 0.1f), 0.1f);
}

TEST(Rounding, AgreesWithHowFilesAreWritten) {
  for (int i = -400; i < 400; ++i) {
    const float value = std::ldexp(1.2345f + 0.001f * static_cast<float>(i), i / 20);
    for (const DType dtype : {DType::BF16, DType::F16}) {
      const float near = rounded(dtype, value);
      EXPECT_EQ(support::halfBits(dtype, near), support::halfBits(dtype, value)) << value;
    }
  }
}

std::vector<float> computed(const Formula& formula, Arithmetic arithmetic, DType stored,
                            const std::vector<std::vector<float>>& parents) {
  std::vector<float> result;
  compute(formula, arithmetic, stored, parents, result);
  return result;
}

TEST(Formula, OfAnEvenMergeIsTheMeanHoweverItIsComputed) {
  const Formula formula{.method = Method::linear, .weights = {1, 1}, .normalize = true};
  for (const Arithmetic arithmetic : kArithmetics) {
    EXPECT_EQ(computed(formula, arithmetic, DType::F32, {{1, -2}, {3, 4}}),
              (std::vector<float>{2, 1}))
        << name(arithmetic);
  }
}

TEST(Formula, OfTaskArithmeticAddsWhatEachLearnt) {
  const Formula formula{.method = Method::task_arithmetic, .weights = {1, 0.5, 2}, .base = 0};
  EXPECT_EQ(computed(formula, Arithmetic::single, DType::F32, {{1}, {3}, {2}}),
            std::vector<float>{4});
}

TEST(Formula, OfTheGreatCircleIsLinearForNearlyParallelTensors) {
  Formula formula{.method = Method::slerp, .weights = {1, 1}, .base = 0, .t = 0.25, .cosine = 1};
  EXPECT_EQ(computed(formula, Arithmetic::single, DType::F32, {{4}, {8}}), std::vector<float>{5});
  formula.cosine = 0;
  formula.t = 0.5;
  const auto half = computed(formula, Arithmetic::exact, DType::F32, {{1, 0}, {0, 1}});
  EXPECT_NEAR(half[0], std::sqrt(0.5), 1e-6);
  EXPECT_NEAR(half[1], std::sqrt(0.5), 1e-6);
}

TEST(Formula, KeepsATensorBesideOneOfZerosOnTheGreatCircle) {
  const Formula formula{
      .method = Method::slerp, .weights = {1, 1}, .base = 0, .t = 0.5, .cosine = 0};
  EXPECT_NEAR(computed(formula, Arithmetic::exact, DType::F32, {{4}, {0}})[0], 4 * std::sqrt(0.5),
              1e-6);
}

TEST(Formula, DividesByTheSumOfWeightsAsTheArithmeticHoldsThem) {
  const Formula formula{.method = Method::linear, .weights = {0.1, 0.7, 0.1}, .normalize = true};
  const float sum = 0.1f + 0.7f + 0.1f;
  ASSERT_NE(sum, static_cast<float>(0.1 + 0.7 + 0.1));
  EXPECT_EQ(computed(formula, Arithmetic::single, DType::F32, {{1}, {1}, {1}}),
            std::vector<float>{sum / sum});
}

TEST(Formula, OfACopyInStepsScalesNumbersThatWereRoundedFirst) {
  const Formula formula{.method = Method::passthrough, .weights = {0.3}, .arithmetic = DType::BF16};
  const float rounded_first = rounded(DType::BF16, 1.2345f);
  EXPECT_EQ(computed(formula, Arithmetic::steps, DType::F32, {{1.2345f}}),
            std::vector<float>{rounded(DType::BF16, 0.3f * rounded_first)});
}

TEST(Formula, TellsWaysOfComputingItApartByTheLastBit) {
  const Formula formula{.method = Method::linear,
                        .weights = {0.8, 0.6},
                        .normalize = true,
                        .arithmetic = DType::BF16};
  std::vector<std::vector<float>> parents(2);
  for (int i = 0; i < 4000; ++i) {
    const double x = std::sin(i), y = x + 0.1 * std::cos(3.0 * i);
    parents[0].push_back(rounded(DType::BF16, static_cast<float>(x)));
    parents[1].push_back(rounded(DType::BF16, static_cast<float>(y)));
  }
  const auto once = computed(formula, Arithmetic::single, DType::BF16, parents);
  const auto steps = computed(formula, Arithmetic::steps, DType::BF16, parents);
  std::size_t equal = 0;
  for (std::size_t i = 0; i < once.size(); ++i) equal += once[i] == steps[i];
  EXPECT_GT(equal, 1000u);
  EXPECT_LT(equal, 3800u);
}

}  // namespace
}  // namespace kindred::replay
