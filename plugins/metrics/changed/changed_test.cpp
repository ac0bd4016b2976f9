#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include <kindred/metric.hpp>

#include "support/loaded_plugin.hpp"

namespace kindred::changed_test {
namespace {

enum Figure { kChanged, kMean, kMedian, kMost, kSigns };

std::vector<double> changed(const std::vector<float>& a, const std::vector<float>& b,
                            DType dtype_a = DType::F32, DType dtype_b = DType::F32) {
  const auto metric = support::load<PairMetric>("changed");
  TensorInfo first, second;
  first.dtype = dtype_a;
  second.dtype = dtype_b;
  const auto accumulator = metric->start({first, second, a.size()});
  accumulator->add({{a, {}}, {b, {}}, 0});
  return accumulator->finish();
}

std::vector<double> changedDoubles(const std::vector<double>& a, const std::vector<double>& b) {
  const auto metric = support::load<PairMetric>("changed");
  TensorInfo tensor;
  tensor.dtype = DType::F64;
  const auto accumulator = metric->start({tensor, tensor, a.size()});
  accumulator->add({{{}, a}, {{}, b}, 0});
  return accumulator->finish();
}

TEST(Changed, CountsNothingBetweenEqualTensors) {
  const auto figures = changed({1, 2, -3}, {1, 2, -3});
  EXPECT_EQ(figures, (std::vector<double>{0, 0, 0, 0, 0}));
}

TEST(Changed, CountsElementsAndSigns) {
  const auto figures = changed({1, 2, -3, 4}, {1, 2, 3, 4.5f});
  EXPECT_EQ(figures[kChanged], 0.5);
  EXPECT_EQ(figures[kSigns], 0.25);
}

TEST(Changed, MeasuresInStepsOfTheStoredFormat) {
  const auto next = [](float x, int steps) {
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) +
                                static_cast<std::uint32_t>(steps));
  };
  const auto singles = changed({1, 1.5f, 100}, {next(1, 1), next(1.5f, 3), next(100, 5)});
  EXPECT_EQ(singles[kMean], 3);
  EXPECT_EQ(singles[kMedian], 3);
  EXPECT_EQ(singles[kMost], 5);
  // BF16 keeps the upper 16 bits: 65,536 steps of a float are one.
  const auto halves =
      changed({1, 1.5f}, {next(1, 65536), next(1.5f, 4 * 65536)}, DType::BF16, DType::BF16);
  EXPECT_EQ(halves[kMean], 2.5);
  EXPECT_EQ(halves[kMost], 4);
  // F16: 10 bits of mantissa, subnormals below 2^-14.
  EXPECT_EQ(changed({1}, {1 + 0x1p-10f}, DType::F16, DType::F16)[kMost], 1);
  EXPECT_EQ(changed({0}, {0x1p-24f}, DType::F16, DType::F16)[kMost], 1);
  EXPECT_EQ(changed({-0x1p-24f}, {0x1p-24f}, DType::F16, DType::F16)[kMost], 2);
  EXPECT_EQ(changed({0x1p-14f}, {0x1p-15f}, DType::F16, DType::F16)[kMost], 512);
  EXPECT_EQ(changed({-1}, {6}, DType::I8, DType::I8)[kMost], 7);
  EXPECT_EQ(changed({448}, {416}, DType::F8_E4M3, DType::F8_E4M3)[kMost], 1);
}

TEST(Changed, MeasuresDoublesTo53Bits) {
  const auto figures = changedDoubles({1, -2}, {std::nextafter(1, 2), -2});
  EXPECT_EQ(figures[kChanged], 0.5);
  EXPECT_EQ(figures[kMost], 1);
}

TEST(Changed, HasNoStepsBetweenFormats) {
  const auto figures = changed({1, 2}, {1, 3}, DType::F16, DType::BF16);
  EXPECT_EQ(figures[kChanged], 0.5);
  EXPECT_TRUE(std::isnan(figures[kMean]));
}

TEST(Changed, CountsWhatIsNotFiniteWithoutMeasuringIt) {
  const auto figures = changed({1, std::nanf("")}, {1, std::nanf("")});
  EXPECT_EQ(figures[kChanged], 0.5);
  EXPECT_TRUE(std::isnan(figures[kMost]));
}

TEST(Changed, KeepsThePromisesOfTheInterface) { EXPECT_EQ(support::complaints("changed"), ""); }

}  // namespace
}  // namespace kindred::changed_test
