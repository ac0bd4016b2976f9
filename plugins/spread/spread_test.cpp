#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include <kindred/metric.hpp>

#include "support/loaded_plugin.hpp"
#include "support/pair_metric.hpp"

namespace kindred {
namespace {

using support::measure;

enum Figure { kSpread, kShuffled, kCvA, kCvB, kSdA, kSdB, kMeanA, kMeanB };

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

TEST(Spread, TellsTheMeanCosineOfAllOrders) {
  const std::vector<float> a{1, 2, 4, 1}, b{3, -1, 2, 5};
  std::vector<std::size_t> order{0, 1, 2, 3};
  double sum = 0;
  int count = 0;
  do {
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const float x = a[order[i]];
      ab += x * b[i], aa += x * x, bb += b[i] * b[i];
    }
    sum += ab / std::sqrt(aa * bb);
    ++count;
  } while (std::next_permutation(order.begin(), order.end()));
  const auto figures = measure(*spread(), a, b);
  EXPECT_EQ(count, 24);
  EXPECT_NEAR(figures[kShuffled], sum / count, 1e-14);
  EXPECT_NEAR(
      figures[kShuffled],
      1 / std::sqrt((1 + figures[kCvA] * figures[kCvA]) * (1 + figures[kCvB] * figures[kCvB])),
      1e-14);
}

TEST(Spread, OfTensorsAroundZeroHasNoCoefficient) {
  const auto figures = measure(*spread(), std::vector<float>{-1, 1}, std::vector<float>{1, 2});
  EXPECT_TRUE(std::isnan(figures[kSpread]));
  EXPECT_EQ(figures[kShuffled], 0);
}

TEST(Spread, KeepsThePromisesOfTheInterface) { EXPECT_EQ(support::complaints("spread"), ""); }

}  // namespace
}  // namespace kindred
