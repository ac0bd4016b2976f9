#include <kindred/analysis/stats/spearman.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/random.hpp>

namespace kindred::stats {
namespace {

std::vector<std::size_t> identity(std::size_t n) {
  std::vector<std::size_t> p(n);
  std::iota(p.begin(), p.end(), std::size_t{0});
  return p;
}

TEST(Spearman, TailEqualsCountingAllPermutations) {
  const std::vector<std::size_t> observed{1, 0, 2, 4, 3, 6, 5};
  const Spearman test = spearman(observed, 0, 0);
  std::vector<std::size_t> p = identity(7);
  double as_close = 0;
  double all = 0;
  do {
    double sum = 0;
    for (std::size_t i = 0; i < 7; ++i) {
      const double d = static_cast<double>(p[i]) - static_cast<double>(i);
      sum += d * d;
    }
    as_close += sum <= 6;
    ++all;
  } while (std::next_permutation(p.begin(), p.end()));
  EXPECT_TRUE(test.enumerated);
  EXPECT_NEAR(test.rho, 1 - 6.0 * 6 / (7 * 48), 1e-15);
  EXPECT_NEAR(test.upper.log10_p, std::log10(as_close / all), 1e-12);
}

TEST(Spearman, IdentityReachesTheFloorAndReversalIsOne) {
  EXPECT_NEAR(spearman(identity(12), 0, 0).upper.log10_p, -log10Factorial(12), 1e-12);
  std::vector<std::size_t> reversed = identity(10);
  std::reverse(reversed.begin(), reversed.end());
  EXPECT_EQ(spearman(reversed, 0, 0).rho, -1);
  EXPECT_NEAR(spearman(reversed, 0, 0).upper.log10_p, 0, 1e-12);
}

TEST(Spearman, OfManyUnitsIsDrawnAndNeverBelowItsFloor) {
  const Spearman test = spearman(identity(200), 999, 5);
  EXPECT_FALSE(test.enumerated);
  EXPECT_EQ(test.rho, 1);
  EXPECT_NEAR(test.upper.log10_p, -3, 1e-12);
  EXPECT_NEAR(test.log10_floor, -3, 1e-12);
}

TEST(Spearman, DrawnAndCountedTailsAgree) {
  // The same observed closeness, counted for 12 and drawn for 12 by a long Monte Carlo of our own.
  std::vector<std::size_t> observed = identity(12);
  std::swap(observed[0], observed[7]);
  std::swap(observed[2], observed[10]);
  const double exact = std::pow(10.0, spearman(observed, 0, 0).upper.log10_p);
  Random random(9);
  std::vector<std::size_t> p = identity(12);
  const double rho = spearman(observed, 0, 0).rho;
  int as_close = 0;
  const int draws = 200000;
  for (int t = 0; t < draws; ++t) {
    random.shuffle(std::span(p));
    double sum = 0;
    for (std::size_t i = 0; i < 12; ++i) {
      const double d = static_cast<double>(p[i]) - static_cast<double>(i);
      sum += d * d;
    }
    as_close += 1 - 6 * sum / (12.0 * 143) >= rho - 1e-12;
  }
  EXPECT_NEAR(as_close, exact * draws, 5 * std::sqrt(exact * draws) + 1);
}

TEST(RankCorrelation, IgnoresMonotoneChangesAndHandlesTies) {
  const std::vector<double> x{3, 1, 2, 5, 4};
  const std::vector<double> y{27, 1, 8, 125, 64};
  EXPECT_NEAR(rankCorrelation(x, y), 1, 1e-15);
  const std::vector<double> tied{1, 1, 2, 2, 3};
  EXPECT_NEAR(rankCorrelation(tied, tied), 1, 1e-15);
  EXPECT_TRUE(std::isnan(rankCorrelation(x, std::vector<double>(5, 2.0))));
}

}  // namespace
}  // namespace kindred::stats
