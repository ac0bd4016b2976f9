#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include <kindred/metric.hpp>
#include <kindred/random.hpp>

#include "support/loaded_plugin.hpp"
#include "support/pair_metric.hpp"
#include "support/refusal.hpp"

namespace kindred::quantile_difference_test {
namespace {

using support::measure;

std::unique_ptr<PairMetric> metric(double q) {
  return support::load<PairMetric>("quantile-difference", {{"q", q}});
}

TEST(QuantileDifference, InterpolatesBetweenNeighbours) {
  // Magnitudes 1, 2, 3, 5; rank 0.9 * 3 = 2.7 lies between 3 and 5.
  const std::vector<float> a{-5, 1, 3, -2}, b{0, 0, 0, 0};
  const auto figures = measure(*metric(0.9), a, b);
  EXPECT_NEAR(figures[1], 3 + 2 * 0.7, 1e-12);
  EXPECT_EQ(figures[2], 0);
  EXPECT_EQ(figures[0], figures[1]);
}

TEST(QuantileDifference, IsZeroBetweenTwoOrdersOfTheSameValues) {
  std::vector<float> a(5000), b;
  Random random(3);
  for (float& x : a) x = static_cast<float>(random.unit() - 0.5);
  b = a;
  random.shuffle(std::span(b));
  EXPECT_EQ(measure(*metric(0.99), a, b)[0], 0);
}

TEST(QuantileDifference, IsRightWhereItIsSortedByHand) {
  std::vector<double> a(2 * kBlock + 11), b(a.size());
  Random random(5);
  for (double& x : a) x = random.unit() - 0.5;
  for (double& x : b) x = 3 * random.unit();
  const auto figures = measure(*metric(0.99), a, b, {kBlock, kBlock});
  std::vector<double> sorted;
  for (const double x : a) sorted.push_back(std::abs(x));
  std::sort(sorted.begin(), sorted.end());
  const double rank = 0.99 * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const double part = rank - static_cast<double>(below);
  EXPECT_NEAR(figures[1], sorted[below] * (1 - part) + sorted[below + 1] * part, 1e-15);
}

TEST(QuantileDifference, KnowsTheEnds) {
  const std::vector<float> a{4, -1, 2}, b{7, 8, 9};
  EXPECT_EQ(measure(*metric(0), a, b)[0], 6);
  EXPECT_EQ(measure(*metric(1), a, b)[0], 5);
}

TEST(QuantileDifference, RefusesMoreElementsThanItCanKeep) {
  TensorInfo tensor;
  tensor.name = "huge";
  const Error refusal = support::refusalOf([&] {
    metric(0.5)->start({tensor, tensor, std::uint64_t{1} << 30});
  });
  EXPECT_EQ(refusal.place(), "huge");
  EXPECT_EQ(refusal.remedy(), "give the step a smaller 'sample'");
}

TEST(QuantileDifference, KeepsThePromisesOfTheInterface) {
  EXPECT_EQ(support::complaints("quantile-difference"), "");
}

}  // namespace
}  // namespace kindred::quantile_difference_test
