// Whether an order shows on what stands in it.
#include "align/order.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include <kindred/random.hpp>

namespace {

using kindred::Random;
using kindred::align::OrderTrend;

std::vector<double> drawn(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values(count);
  for (double& value : values) value = random.unit();
  return values;
}

TEST(OrderTrend, FiguresOfRandomOrdersHaveVarianceOne) {
  double square = 0;
  constexpr int kTrials = 2000;
  for (std::uint64_t seed = 0; seed < kTrials; ++seed) {
    OrderTrend trend;
    for (std::uint64_t part = 0; part < 3; ++part) trend.add(drawn(24, 3 * seed + part));
    square += std::pow(trend.largest(), 2);
  }
  // The largest square of six normal figures is about 3.5 on average.
  EXPECT_GT(square / kTrials, 2);
  EXPECT_LT(square / kTrials, 5);
}

TEST(OrderTrend, SeesWhatWasSorted) {
  std::vector<double> values = drawn(64, 1);
  std::sort(values.begin(), values.end());
  OrderTrend trend;
  trend.add(values);
  EXPECT_GT(trend.largest(), 7);
}

TEST(OrderTrend, SeesWhatWasSortedRoughlyInManyParts) {
  OrderTrend trend;
  for (std::uint64_t part = 0; part < 16; ++part) {
    std::vector<double> values = drawn(64, part);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += 0.01 * static_cast<double>(i);
    trend.add(values);
  }
  EXPECT_GT(trend.largest(), 7);
}

TEST(OrderTrend, SeesAnOrderThatRepeatsItself) {
  for (const std::size_t times : {2u, 3u, 4u}) {
    const std::vector<double> once = drawn(60, times);
    std::vector<double> values;
    for (std::size_t t = 0; t < times; ++t) values.insert(values.end(), once.begin(), once.end());
    OrderTrend trend;
    trend.add(values);
    EXPECT_GT(trend.largest(), 6) << times;
  }
}

TEST(OrderTrend, SaysNothingOfConstantsAndOfWhatIsNotFinite) {
  OrderTrend trend;
  trend.add(std::vector<double>(40, 1.0));
  std::vector<double> infinite = drawn(40, 1);
  infinite[3] = HUGE_VAL;
  trend.add(infinite);
  EXPECT_EQ(trend.largest(), 0);
}

}  // namespace
