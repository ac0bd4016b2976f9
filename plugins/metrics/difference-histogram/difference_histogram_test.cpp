#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include <kindred/metric.hpp>

#include "support/loaded_plugin.hpp"
#include "support/pair_metric.hpp"

namespace kindred::difference_histogram_test {
namespace {

using support::measure;

constexpr std::size_t kZero = 1, kFirst = 2, kLast = 30;

std::unique_ptr<PairMetric> histogram() {
  return support::load<PairMetric>("difference-histogram");
}

TEST(DifferenceHistogram, PutsEachDistanceInItsPowerOfTwo) {
  const std::vector<float> a{0, 0x1p-25f, -0x1p-24f, 1, -1.5f, 8, 1000, 0.25f};
  const std::vector<float> b{0, 0, 0, 0, 0, 0, 0, 0.25f};
  const auto figures = measure(*histogram(), a, b);
  ASSERT_EQ(figures.size(), kLast + 1);
  EXPECT_EQ(figures[kZero], 2.0 / 8);
  EXPECT_EQ(figures[0], 6.0 / 8);
  EXPECT_EQ(figures[kFirst], 1.0 / 8) << "below 2^-24";
  EXPECT_EQ(figures[kFirst + 1], 1.0 / 8) << "2^-24 itself";
  EXPECT_EQ(figures[kFirst + 25], 2.0 / 8) << "1 and 1.5";
  EXPECT_EQ(figures[kLast], 2.0 / 8) << "8 and more";
}

TEST(DifferenceHistogram, SharesAddUpToOne) {
  std::vector<float> a(3 * kBlock + 7), b(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = std::ldexp(1.0f, static_cast<int>(i % 40) - 30);
    b[i] = i % 3 == 0 ? a[i] : 0;
  }
  const auto figures = measure(*histogram(), a, b, {kBlock, 2 * kBlock});
  EXPECT_NEAR(std::accumulate(figures.begin() + kZero, figures.end(), 0.0), 1, 1e-12);
  EXPECT_NEAR(figures[0], 2.0 / 3, 1e-3);
}

TEST(DifferenceHistogram, CountsWhatIsNotANumberWithTheLargest) {
  const std::vector<float> a{std::nanf(""), INFINITY}, b{1, 1};
  EXPECT_EQ(measure(*histogram(), a, b)[kLast], 1);
}

TEST(DifferenceHistogram, KeepsThePromisesOfTheInterface) {
  EXPECT_EQ(support::complaints("difference-histogram"), "");
}

}  // namespace
}  // namespace kindred::difference_histogram_test
