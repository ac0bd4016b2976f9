#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include <kindred/metric.hpp>

#include "support/loaded_plugin.hpp"
#include "support/pair_metric.hpp"

namespace kindred::shuffled_cosine_test {
namespace {

double shuffledCosine(const std::vector<float>& a, const std::vector<float>& b) {
  return support::measure(*support::load<PairMetric>("shuffled-cosine"), a, b)[0];
}

TEST(ShuffledCosine, IsTheMeanOverAllOrders) {
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
  EXPECT_EQ(count, 24);
  EXPECT_NEAR(shuffledCosine(a, b), sum / count, 1e-14);
}

TEST(ShuffledCosine, OfNearlyConstantNumbersIsNearlyOne) {
  EXPECT_EQ(shuffledCosine({2, 2, 2}, {5, 5, 5}), 1);
  EXPECT_EQ(shuffledCosine({2, 2, 2}, {-5, -5, -5}), -1);
  EXPECT_EQ(shuffledCosine({-1, 1}, {1, 2}), 0);
  EXPECT_TRUE(std::isnan(shuffledCosine({0, 0}, {1, 2})));
}

TEST(ShuffledCosine, KeepsThePromisesOfTheInterface) {
  EXPECT_EQ(support::complaints("shuffled-cosine"), "");
}

}  // namespace
}  // namespace kindred::shuffled_cosine_test
