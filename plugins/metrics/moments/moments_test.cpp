#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <kindred/metric.hpp>

#include "support/loaded_plugin.hpp"

namespace kindred::moments_test {
namespace {

enum Figure { kMean, kSd, kMin, kMax, kNorm, kCv };

std::vector<double> describe(const std::vector<float>& values) {
  const auto metric = support::load<TensorMetric>("moments");
  TensorInfo tensor;
  tensor.elements = values.size();
  const auto accumulator = metric->start(tensor, values.size());
  for (std::size_t at = 0; at < values.size(); at += kBlock) {
    const std::size_t count = std::min(kBlock, values.size() - at);
    accumulator->add({{std::span(values).subspan(at, count), {}}, at});
  }
  return accumulator->finish();
}

TEST(Moments, AreThoseOfAFewNumbers) {
  const auto figures = describe({1, 3, -2, 6});
  EXPECT_EQ(figures[kMean], 2);
  EXPECT_DOUBLE_EQ(figures[kSd], std::sqrt((1.0 + 1 + 16 + 16) / 4));
  EXPECT_EQ(figures[kMin], -2);
  EXPECT_EQ(figures[kMax], 6);
  EXPECT_DOUBLE_EQ(figures[kNorm], std::sqrt(50.0));
  EXPECT_DOUBLE_EQ(figures[kCv], figures[kSd] / 2);
}

TEST(Moments, SeeASmallSpreadAroundALargeMean) {
  std::vector<float> values(7 * kBlock + 5);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 2 == 0 ? 1e6f + 0.25f : 1e6f;
  const auto figures = describe(values);
  EXPECT_NEAR(figures[kMean], 1e6 + 0.125, 1e-4);
  EXPECT_NEAR(figures[kSd], 0.125, 1e-6);
}

TEST(Moments, HaveNoVariationRelativeToAMeanOfZero) {
  const auto figures = describe({-1, 1});
  EXPECT_EQ(figures[kSd], 1);
  EXPECT_TRUE(std::isnan(figures[kCv]));
}

TEST(Moments, AreUndefinedWhereAnElementIsNotFinite) {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::nanf("")}) {
    for (const double figure : describe({1, bad, 2})) EXPECT_TRUE(std::isnan(figure));
  }
}

TEST(Moments, KeepThePromisesOfTheInterface) { EXPECT_EQ(support::complaints("moments"), ""); }

}  // namespace
}  // namespace kindred::moments_test
