#include <gtest/gtest.h>

#include <cmath>

#include <kindred/metric.hpp>

#include "support/loaded_plugin.hpp"
#include "support/pair_metric.hpp"

namespace kindred::spread_test {
namespace {

using support::measure;

enum Figure { kSpread, kCvA, kCvB, kSdA, kSdB, kMeanA, kMeanB };

std::unique_ptr<PairMetric> spread() { return support::load<PairMetric>("spread"); }

TEST(Spread, ComparesCoefficientsOfVariation) {
  const std::vector<float> a{1, 3, 1, 3}, b{-4, -4, -8, -8};
  const auto figures = measure(*spread(), a, b);
  EXPECT_DOUBLE_EQ(figures[kCvA], 0.5);
  EXPECT_DOUBLE_EQ(figures[kCvB], 2.0 / 6) << "over the mean's size, whatever its sign";
  EXPECT_DOUBLE_EQ(figures[kSpread], 0.5 - 2.0 / 6);
  EXPECT_EQ(figures[kSdA], 1);
  EXPECT_EQ(figures[kSdB], 2);
  EXPECT_EQ(figures[kMeanA], 2);
  EXPECT_EQ(figures[kMeanB], -6);
}

TEST(Spread, OfTensorsAroundZeroHasNoCoefficient) {
  const auto figures = measure(*spread(), std::vector<float>{-1, 1}, std::vector<float>{1, 2});
  EXPECT_TRUE(std::isnan(figures[kSpread]));
}

TEST(Spread, KeepsThePromisesOfTheInterface) { EXPECT_EQ(support::complaints("spread"), ""); }

}  // namespace
}  // namespace kindred::spread_test
