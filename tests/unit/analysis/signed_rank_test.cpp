#include <kindred/analysis/stats/signed_rank.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/ranks.hpp>
#include <kindred/random.hpp>

namespace kindred::stats {
namespace {

double countedTail(const std::vector<std::uint64_t>& doubled, std::uint64_t t) {
  double ways = 0;
  const std::size_t all = std::size_t{1} << doubled.size();
  for (std::size_t heads = 0; heads < all; ++heads) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < doubled.size(); ++i) sum += (heads >> i & 1) * doubled[i];
    ways += sum >= t;
  }
  return std::log10(ways / static_cast<double>(all));
}

TEST(SignedRank, EqualsCountingAllSignsWithAndWithoutTies) {
  for (const std::vector<double>& magnitudes : {std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9},
                                                std::vector<double>{2, 2, 2, 5, 5, 7, 9, 9, 1}}) {
    const std::vector<std::uint64_t> doubled = doubledRanks(magnitudes);
    for (std::uint64_t t = 0; t <= 90; ++t) {
      EXPECT_NEAR(signedRankTail(doubled, t), countedTail(doubled, t), 1e-12) << t;
    }
  }
}

TEST(SignedRank, CountsPositiveRanksAndLeavesOutZeros) {
  const SignedRank test = signedRank(std::vector<double>{0.0, -1.0, 2.0, 3.0, -0.0});
  EXPECT_EQ(test.coins, 3u);
  EXPECT_EQ(test.statistic, 5);
  EXPECT_TRUE(test.upper.exact);
  EXPECT_NEAR(test.upper.log10_p, std::log10(2.0 / 8), 1e-14);  // sums of at least 5: 5 and 6
  EXPECT_NEAR(test.log10_floor, -3 * kLog10Of2, 1e-14);
}

TEST(SignedRank, OfNoCoinsIsOne) {
  const SignedRank test = signedRank(std::vector<double>{0.0, 0.0});
  EXPECT_EQ(test.coins, 0u);
  EXPECT_EQ(test.upper.log10_p, 0);
}

TEST(SignedRank, ReachesItsFloorForAllPositiveValuesOfAnyNumber) {
  for (const std::size_t n : {5u, 400u, 401u, 5000u}) {
    std::vector<double> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<double>(i) + 0.5;
    const SignedRank test = signedRank(values);
    EXPECT_NEAR(test.upper.log10_p, test.log10_floor, 1e-9 * static_cast<double>(n)) << n;
  }
}

TEST(SignedRank, BoundForManyCoinsLiesAboveTheExactTailButNotFar) {
  Random random(11);
  std::vector<double> values(kExactCoins);
  for (double& value : values) value = random.unit() - 0.42;
  const SignedRank exact = signedRank(values);
  const std::vector<std::uint64_t> doubled = [&] {
    std::vector<double> magnitudes(values);
    for (double& value : magnitudes) value = std::abs(value);
    return doubledRanks(magnitudes);
  }();
  const std::vector<double> weights(doubled.begin(), doubled.end());
  double total = 0;
  for (const double w : weights) total += w;
  const double bound = chernoffBound(weights, 4 * exact.statistic - total);
  EXPECT_GE(bound, exact.upper.log10_p);
  EXPECT_LE(bound, exact.upper.log10_p + 1.5);
  values.push_back(0.5);
  EXPECT_FALSE(signedRank(values).upper.exact);
}

TEST(SignedRank, PValuesOfFairCoinsAreNoSmallerThanTheyClaim) {
  Random random(3);
  int below_5_percent = 0;
  int below_1_percent = 0;
  const int trials = 4000;
  for (int trial = 0; trial < trials; ++trial) {
    std::vector<double> values(40);
    for (double& value : values) {
      value = std::pow(random.unit(), 3) * (random.below(2) == 0 ? -1 : 1);
    }
    const double log10_p = signedRank(values).upper.log10_p;
    below_5_percent += log10_p <= std::log10(0.05);
    below_1_percent += log10_p <= -2;
  }
  // 4.5 standard deviations above nominal: 5 % of 4000 is 200 +- 13.8, 1 % is 40 +- 6.3.
  EXPECT_LE(below_5_percent, 262);
  EXPECT_GE(below_5_percent, 138);
  EXPECT_LE(below_1_percent, 68);
}

}  // namespace
}  // namespace kindred::stats
