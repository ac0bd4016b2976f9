#include <kindred/analysis/stats/power.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include <kindred/analysis/stats/tails.hpp>
#include <kindred/random.hpp>

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

// Gaussian rows a and b of width d and correlation rho, drawn by what their coin depends on: given
// a, the product <a, b> is normal with mean rho |a|^2 and variance (1 - rho^2) |a|^2, and |a|^2 is
// chi-square of d degrees, for even d a sum of d / 2 exponentials: exact, without the rows.
bool coinOfRows(Random& random, double rho, std::uint64_t width) {
  double square = 0;
  for (std::uint64_t i = 0; i < width / 2; i += 8) {
    double product = 1;  // of eight uniforms: one logarithm for all
    for (int k = 0; k < 8; ++k) product *= 1 - random.unit();
    square -= 2 * std::log(product);
  }
  return rho * std::sqrt(square) + std::sqrt(1 - rho * rho) * normal(random) > 0;
}

// 64 rows in each of 46 layers, 4096 wide: 24 MB of one role in two bytes an element.
constexpr std::uint64_t kWidth = 4096, kRows = 64, kLayers = 46;

TEST(Power, RowsWithCorrelationThreeThousandthsAreFoundFromSixtyFourRowsOfFortySixLayers) {
  const double stated = detectionProbability(kRows * kLayers, kWidth, 0.003, -6);
  EXPECT_GT(stated, 0.99);
  Random random(41);
  constexpr int kTrials = 30;
  int found = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::uint64_t heads = 0;
    for (std::uint64_t i = 0; i < kRows * kLayers; ++i) heads += coinOfRows(random, 0.003, kWidth);
    found += binomialTail(kRows * kLayers, heads) <= -6;
  }
  EXPECT_EQ(found, kTrials);
}

TEST(Power, TheSameHoldsOfRealRows) {
  Random random(43);
  std::uint64_t heads = 0;
  for (std::uint64_t row = 0; row < kRows * kLayers; ++row) {
    double product = 0;
    for (std::uint64_t i = 0; i < kWidth; ++i) {
      // Box and Muller's pair is two independent normal numbers.
      const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
      const double angle = 2 * std::numbers::pi * random.unit();
      const float a = static_cast<float>(radius * std::cos(angle));
      const double other = radius * std::sin(angle);
      const float b = static_cast<float>(0.003 * a + std::sqrt(1 - 0.003 * 0.003) * other);
      product += double{a} * b;
    }
    heads += product > 0;
  }
  EXPECT_LE(binomialTail(kRows * kLayers, heads), -6);
  const double q = headProbability(0.003, kWidth);
  const double coins = static_cast<double>(kRows * kLayers);
  EXPECT_NEAR(static_cast<double>(heads), coins * q, 5 * std::sqrt(coins * q * (1 - q)));
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
