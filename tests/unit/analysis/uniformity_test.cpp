#include <kindred/analysis/stats/uniformity.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace kindred::stats {
namespace {

constexpr std::size_t kCount = 99;

// The quantiles of a power of a uniform p: 1, uniform; 2, too many small ones.
std::vector<double> powers(double power) {
  std::vector<double> list;
  for (std::size_t i = 0; i < kCount; ++i) {
    list.push_back(power * std::log10((static_cast<double>(i) + 0.5) / kCount));
  }
  return list;
}

TEST(Uniformity, HoldsForUniformPValuesInAnyOrder) {
  std::vector<double> log10_p = powers(1);
  std::swap(log10_p.front(), log10_p[50]);
  const Uniformity made = uniformity(log10_p, 1e-3);
  EXPECT_TRUE(made.holds());
  EXPECT_EQ(made.count, kCount);
  EXPECT_NEAR(made.share, 0.05, 0.006);
  EXPECT_NEAR(made.distance, 0.5 / kCount, 1e-9) << "half a step above the diagonal";
}

TEST(Uniformity, IsBrokenByTooManySmallPValues) {
  const Uniformity made = uniformity(powers(3), 1e-3);
  EXPECT_FALSE(made.holds());
  EXPECT_NEAR(made.share, std::cbrt(0.05), 0.01);
}

TEST(Uniformity, HoldsForPValuesThatAreTooLarge) {
  EXPECT_TRUE(uniformity(std::vector<double>(kCount, 0), 1e-3).holds()) << "all are 1";
  EXPECT_TRUE(uniformity(powers(0.3), 1e-3).holds());
}

TEST(Uniformity, KeepsToItsLevel) {
  // sqrt(ln(2000) / 198), and 1 / (2000 * 99)
  EXPECT_NEAR(uniformity(powers(1), 1e-3).bound, 0.1959296, 1e-6);
  EXPECT_NEAR(uniformity(powers(1), 1e-3).log10_least_bound, -5.296665, 1e-6);
  EXPECT_GT(uniformity(powers(1), 1e-6).bound, uniformity(powers(1), 1e-3).bound);
}

TEST(Uniformity, IsBrokenByOnePValueThatNoneOfSoManyHas) {
  for (const double log10_p : {-5.2, -5.4}) {
    std::vector<double> list = powers(1);
    list[7] = log10_p;
    EXPECT_EQ(uniformity(list, 1e-3).holds(), log10_p > -5.3) << log10_p;
    EXPECT_EQ(uniformity(list, 1e-3).log10_least, log10_p);
  }
}

TEST(Uniformity, CountsAShareAtFiveInAHundred) {
  const Uniformity made =
      uniformity({std::log10(0.04), std::log10(0.049), std::log10(0.051), 0}, 0.5);
  EXPECT_DOUBLE_EQ(made.share, 0.5);
  EXPECT_NEAR(made.distance, 0.75 - 0.051, 1e-12);
}

TEST(Uniformity, TakesPValuesThatAreZero) {
  const Uniformity made = uniformity({-INFINITY, 0}, 0.5);
  EXPECT_DOUBLE_EQ(made.share, 0.5);
  EXPECT_DOUBLE_EQ(made.distance, 0.5);
}

}  // namespace
}  // namespace kindred::stats
