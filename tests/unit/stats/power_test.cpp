#include "stats/power.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include <kindred/random.hpp>

#include "stats/tails.hpp"

namespace kindred::stats {
namespace {

double normal(Random& random) {
  return std::sqrt(-2 * std::log(1 - random.unit())) *
         std::cos(2 * std::numbers::pi * random.unit());
}

TEST(Power, HeadProbabilityIsThatOfGaussianRows) {
  Random random(23);
  const double rho = 0.12;
  const int width = 64;
  const int rows = 20000;
  int heads = 0;
  for (int row = 0; row < rows; ++row) {
    double product = 0;
    for (int i = 0; i < width; ++i) {
      const double a = normal(random);
      product += a * (rho * a + std::sqrt(1 - rho * rho) * normal(random));
    }
    heads += product > 0;
  }
  const double q = headProbability(rho, width);
  EXPECT_NEAR(heads, rows * q, 5 * std::sqrt(rows * q * (1 - q)));
}

TEST(Power, DetectableCorrelationIsFoundAsOftenAsStated) {
  // 46 layers of 64 rows, 4096 wide: coins are thrown with the head probability of the reported
  // correlation, and the exact test is run on each throw.
  const std::uint64_t coins = 46 * 64;
  const double rho = detectableCorrelation(coins, 4096).value();
  EXPECT_NEAR(rho, 0.0026, 0.0003);
  const double q = headProbability(rho, 4096);
  const std::uint64_t critical = binomialCritical(coins, -6);
  Random random(31);
  int detected = 0;
  const int trials = 3000;
  for (int trial = 0; trial < trials; ++trial) {
    std::uint64_t heads = 0;
    for (std::uint64_t i = 0; i < coins; ++i) heads += random.unit() < q;
    detected += heads >= critical;
  }
  EXPECT_NEAR(detected, 0.99 * trials, 5 * std::sqrt(trials * 0.99 * 0.01));
  EXPECT_NEAR(detectionProbability(coins, 4096, rho, -6), 0.99, 1e-9);
}

TEST(Power, GrowsWithCoinsAndWidthAndHasNoAnswerForTooFewCoins) {
  EXPECT_LT(*detectableCorrelation(64768, 4096), *detectableCorrelation(2944, 4096));
  EXPECT_LT(*detectableCorrelation(2944, 4096), *detectableCorrelation(2944, 1024));
  EXPECT_FALSE(detectableCorrelation(19, 4096).has_value());
  EXPECT_TRUE(detectableCorrelation(20, 4096).has_value());
  EXPECT_EQ(detectionProbability(19, 4096, 0.9, -6), 0);
  // A null correlation is detected as often as the test errs.
  EXPECT_LE(detectionProbability(2944, 4096, 0, -6), 1e-6);
}

}  // namespace
}  // namespace kindred::stats
