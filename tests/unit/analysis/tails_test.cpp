#include <kindred/analysis/stats/tails.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/random.hpp>

namespace kindred::stats {
namespace {

// Sums of binomial coefficients in whole numbers; n <= 60.
double countedTail(unsigned n, unsigned k) {
  std::vector<std::uint64_t> row{1};
  for (unsigned i = 0; i < n; ++i) {
    row.push_back(0);
    for (std::size_t j = row.size() - 1; j > 0; --j) row[j] += row[j - 1];
  }
  const std::uint64_t ways = std::accumulate(row.begin() + k, row.end(), std::uint64_t{0});
  return static_cast<double>(std::log10(static_cast<long double>(ways)) - n * std::log10(2.0L));
}

TEST(BinomialTail, EqualsCountingForSmallNumbers) {
  for (unsigned n = 0; n <= 60; ++n) {
    for (unsigned k = 0; k <= n; ++k) {
      const double expected = countedTail(n, k);
      EXPECT_NEAR(binomialTail(n, k), expected, 1e-13 + 1e-13 * std::abs(expected))
          << n << " coins, " << k << " heads";
    }
  }
}

TEST(BinomialTail, AgreesWithHighPrecisionToTenDigitsUpToAMillionCoins) {
  std::ifstream file(std::string(KINDRED_SOURCE_DIR) + "/tests/data/stats/binomial_tails.csv");
  std::string line;
  std::getline(file, line);
  int cases = 0;
  while (std::getline(file, line)) {
    std::uint64_t n = 0;
    std::uint64_t k = 0;
    double expected = 0;
    ASSERT_EQ(std::sscanf(line.c_str(), "%lu,%lu,%lf", &n, &k, &expected), 3) << line;
    EXPECT_NEAR(binomialTail(n, k), expected, 1e-10 * std::abs(expected)) << line;
    ++cases;
  }
  EXPECT_EQ(cases, 20);
}

TEST(BinomialTail, OfUnfairCoinsSumsTheirMasses) {
  const double q = 0.3;
  std::vector<double> mass{std::pow(1 - q, 12)};
  for (unsigned k = 0; k < 12; ++k) mass.push_back(mass[k] * (12.0 - k) / (k + 1) * q / (1 - q));
  for (std::uint64_t k = 0; k <= 12; ++k) {
    const double tail = std::accumulate(mass.begin() + static_cast<long>(k), mass.end(), 0.0);
    EXPECT_NEAR(binomialTail(12, k, q), std::log10(tail), 1e-13) << k;
  }
}

TEST(BinomialTail, IsOneForNoHeadsAndImpossibleForACoinThatNeverFalls) {
  EXPECT_EQ(binomialTail(1000000, 0), 0);
  EXPECT_EQ(binomialTail(10, 0, 0.0), 0);
  EXPECT_EQ(binomialTail(10, 10, 1.0), 0);
  EXPECT_TRUE(std::isinf(binomialTail(10, 1, 0.0)));
}

TEST(BinomialCritical, IsTheFirstNumberOfHeadsThatReachesAlpha) {
  for (const std::uint64_t n : {20u, 64u, 2944u, 64768u}) {
    const std::uint64_t k = binomialCritical(n, -6);
    ASSERT_LE(k, n);
    EXPECT_LE(binomialTail(n, k), -6);
    EXPECT_GT(binomialTail(n, k - 1), -6);
  }
  EXPECT_EQ(binomialCritical(19, -6), 20u);  // 2^-19 > 1e-6
}

// P(F >= k) by counting all permutations of m.
std::vector<double> countedFixedPoints(std::size_t m) {
  std::vector<std::size_t> p(m);
  std::iota(p.begin(), p.end(), std::size_t{0});
  std::vector<double> at_least(m + 1, 0.0);
  double all = 0;
  do {
    std::size_t fixed = 0;
    for (std::size_t i = 0; i < m; ++i) fixed += p[i] == i;
    for (std::size_t k = 0; k <= fixed; ++k) ++at_least[k];
    ++all;
  } while (std::next_permutation(p.begin(), p.end()));
  for (double& x : at_least) x /= all;
  return at_least;
}

TEST(FixedPointsTail, EqualsCountingAllPermutations) {
  for (std::size_t m = 1; m <= 8; ++m) {
    const std::vector<double> counted = countedFixedPoints(m);
    for (std::size_t k = 0; k <= m; ++k) {
      EXPECT_NEAR(fixedPointsTail(m, k), std::log10(counted[k]), 1e-13) << m << " " << k;
    }
  }
}

TEST(FixedPointsTail, StaysBelowOneOverKFactorialAndReachesItsFloor) {
  for (std::uint64_t k = 1; k <= 1408; k += 67) {
    EXPECT_LE(fixedPointsTail(1408, k), -log10Factorial(k) + 1e-12);
  }
  EXPECT_NEAR(fixedPointsTail(64, 64), -89.1034, 1e-4);
  EXPECT_NEAR(fixedPointsTail(1408, 1408), -log10Factorial(1408), 1e-9);
}

TEST(InjectionTailBound, IsNeverBelowTheCountedTail) {
  // All injections of 3 rows into 6 columns.
  std::vector<double> at_least(4, 0.0);
  double all = 0;
  for (int a = 0; a < 6; ++a) {
    for (int b = 0; b < 6; ++b) {
      for (int c = 0; c < 6; ++c) {
        if (a == b || b == c || a == c) continue;
        const int fixed = (a == 0) + (b == 1) + (c == 2);
        for (int k = 0; k <= fixed; ++k) ++at_least[static_cast<std::size_t>(k)];
        ++all;
      }
    }
  }
  for (std::uint64_t k = 0; k <= 3; ++k) {
    EXPECT_GE(injectionTailBound(3, 6, k), std::log10(at_least[k] / all) - 1e-12) << k;
  }
  EXPECT_NEAR(injectionTailBound(3, 6, 3), std::log10(1.0 / 120), 1e-12);  // all: exact
  EXPECT_NEAR(injectionTailBound(256, 1408, 256), log10Factorial(1408 - 256) - log10Factorial(1408),
              1e-8);
}

TEST(LayersTail, EqualsCountingOverTwoLayers) {
  const std::vector<double> four = countedFixedPoints(4);
  const std::vector<double> five = countedFixedPoints(5);
  const auto mass = [](const std::vector<double>& tail, std::size_t j) {
    return tail[j] - (j + 1 < tail.size() ? tail[j + 1] : 0.0);
  };
  for (std::size_t k = 1; k <= 9; ++k) {
    double expected = 0;
    for (std::size_t i = 0; i <= 4; ++i) {
      for (std::size_t j = 0; j <= 5; ++j) {
        if (i + j >= k) expected += mass(four, i) * mass(five, j);
      }
    }
    const Tail tail = layersTail(std::vector<std::uint64_t>{4, 5}, k);
    EXPECT_TRUE(tail.exact);
    EXPECT_NEAR(tail.log10_p, std::log10(expected), 1e-12) << k;
  }
}

// P(F = j) = D_{m - j} / ((m - j)! j!), layer after layer, with nothing tilted.
std::vector<long double> plainMasses(std::size_t layers, std::size_t m) {
  std::vector<long double> factorial{1}, share;  // j!, and of permutations without a fixed point
  long double sum = 0;
  for (std::size_t j = 0; j <= m; ++j) {
    if (j > 0) factorial.push_back(factorial.back() * static_cast<long double>(j));
    sum += (j % 2 == 0 ? 1 : -1) / factorial[j];
    share.push_back(j == 1 ? 0 : sum);
  }
  std::vector<long double> all{1};
  for (std::size_t layer = 0; layer < layers; ++layer) {
    std::vector<long double> next(all.size() + m, 0);
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (std::size_t j = 0; j <= m; ++j) next[i + j] += all[i] * share[m - j] / factorial[j];
    }
    all = std::move(next);
  }
  return all;
}

TEST(LayersTail, OfManyLayersIsTheirConvolutionAtEveryNumberOfPoints) {
  const std::vector<std::uint64_t> sizes(12, 32);
  const std::vector<long double> masses = plainMasses(12, 32);
  for (std::size_t k = 1; k <= 384; k += 7) {
    long double tail = 0;
    for (std::size_t j = masses.size(); j-- > k;) tail += masses[j];
    EXPECT_NEAR(layersTail(sizes, k).log10_p, static_cast<double>(std::log10(tail)), 1e-9) << k;
  }
}

TEST(LayersTail, OfNoPointIsOneExactly) {
  const Tail tail = layersTail(std::vector<std::uint64_t>{4, 5}, 0);
  EXPECT_EQ(tail.log10_p, 0);
  EXPECT_TRUE(tail.exact);
  EXPECT_EQ(layersTailBound(7, 0), 0);
  EXPECT_EQ(fixedPointsTail(7, 0), 0);
}

TEST(LayersTail, OfAllPointsFixedIsTheProductOfTheLayers) {
  const std::vector<std::uint64_t> sizes(46, 64);
  const Tail tail = layersTail(sizes, 46 * 64);
  EXPECT_TRUE(tail.exact);
  EXPECT_NEAR(tail.log10_p, -46 * log10Factorial(64), 1e-6);
  const std::vector<std::uint64_t> many(2000, 4);
  EXPECT_NEAR(layersTail(many, 8000).log10_p, -2000 * log10Factorial(4), 1e-6);
}

TEST(LayersTail, StaysBelowItsBoundAndFallsBackToItWhereExactIsTooDear) {
  const std::vector<std::uint64_t> sizes(12, 32);
  for (std::uint64_t k = 1; k <= 384; k += 13) {
    EXPECT_LE(layersTail(sizes, k).log10_p, layersTailBound(12, k) + 1e-9) << k;
  }
  const std::vector<std::uint64_t> large(92, 11008);
  const Tail tail = layersTail(large, 5000);
  EXPECT_FALSE(tail.exact);
  EXPECT_EQ(tail.log10_p, layersTailBound(92, 5000));
}

// P(sum of signed weights >= t) by counting all signs.
double countedSigns(const std::vector<double>& weights, double t) {
  double ways = 0;
  const std::size_t all = std::size_t{1} << weights.size();
  for (std::size_t signs = 0; signs < all; ++signs) {
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      sum += signs >> i & 1 ? weights[i] : -weights[i];
    }
    ways += sum >= t;
  }
  return std::log10(ways / static_cast<double>(all));
}

TEST(RademacherBounds, HoldForEveryThresholdAndChernoffIsTheSharper) {
  const std::vector<double> weights{0.3, 1.7, -2.5, 0.9, 4.0, 1.1, 0.0, 2.2, 3.1, 0.4};
  for (double t = 0.05; t < 16; t += 0.37) {
    const double counted = countedSigns(weights, t);
    EXPECT_LE(counted, chernoffBound(weights, t) + 1e-12) << t;
    EXPECT_LE(chernoffBound(weights, t), hoeffdingBound(weights, t) + 1e-6) << t;
  }
  EXPECT_EQ(hoeffdingBound(weights, -1), 0);
  EXPECT_EQ(chernoffBound(weights, 0), 0);
}

TEST(RademacherBounds, ChernoffReachesTheFloorWhereAllSignsAgree) {
  const std::vector<double> weights{1, 2, 3, 4};
  for (const double t : {10.0, 10.5, 1e9}) {
    EXPECT_NEAR(chernoffBound(weights, t), -4 * kLog10Of2, 1e-12) << t;
  }
  EXPECT_EQ(chernoffBound(std::vector<double>{0, 0}, 1), 0);
  EXPECT_NEAR(chernoffBound(std::vector<double>{0, 2, 0}, 2), -kLog10Of2, 1e-12)
      << "weights of zero are no coins";
}

}  // namespace
}  // namespace kindred::stats
