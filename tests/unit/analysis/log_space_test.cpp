#include <kindred/analysis/stats/log_space.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace kindred::stats {
namespace {

TEST(LogSpace, AddsNumbersFarBelowTheSmallestDouble) {
  EXPECT_DOUBLE_EQ(log10Add(-20000, -20000), -20000 + kLog10Of2);
  EXPECT_DOUBLE_EQ(log10Add(-20000, -20400), -20000);
  EXPECT_DOUBLE_EQ(log10Add(-std::numeric_limits<double>::infinity(), -3), -3);
}

TEST(LogSpace, SumsManyTerms) {
  const std::vector<double> terms(1000, -5000.0);
  EXPECT_NEAR(log10Sum(terms), -4997, 1e-12);
  EXPECT_EQ(log10Sum({}), -std::numeric_limits<double>::infinity());
}

TEST(LogSpace, ComplementKeepsPrecisionAtBothEnds) {
  EXPECT_NEAR(log10Complement(std::log10(0.25)), std::log10(0.75), 1e-15);
  const double tiny = log10Complement(-20);  // log10(1 - 1e-20) = -1e-20 / ln 10
  EXPECT_NEAR(tiny * kLn10 * 1e20, -1, 1e-12);
  EXPECT_NEAR(log10Complement(std::log10(1 - 1e-9)), -9, 1e-6);
}

TEST(LogSpace, FactorialsAreTheIntegersProducts) {
  EXPECT_EQ(log10Factorial(0), 0);
  EXPECT_NEAR(log10Factorial(20), std::log10(2432902008176640000.0), 1e-13);
}

TEST(LogSpace, TwoSidedDoublesTheSmallerTailAndStopsAtOne) {
  EXPECT_DOUBLE_EQ(twoSided(-7, -0.01), -7 + kLog10Of2);
  EXPECT_DOUBLE_EQ(twoSided(-0.2, -0.3), -0.3 + kLog10Of2 > 0 ? 0 : -0.3 + kLog10Of2);
  EXPECT_EQ(twoSided(-0.1, -0.1), 0);
}

}  // namespace
}  // namespace kindred::stats
