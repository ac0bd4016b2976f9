#include <kindred/analysis/stats/permutation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>
#include <vector>

#include <kindred/error.hpp>
#include <kindred/random.hpp>

#include "support/refusal.hpp"

namespace kindred::stats {
namespace {

struct Square {
  std::size_t n;
  std::vector<double> values;

  explicit Square(std::size_t size) : n(size), values(size * size, 0.0) {}
  double& at(std::size_t i, std::size_t j) { return values[i * n + j]; }
  MatrixView<double> view() const { return {values, n, n}; }
};

Square randomSquare(std::size_t n, std::uint64_t seed) {
  Random random(seed);
  Square table(n);
  for (double& x : table.values) x = std::pow(random.unit(), 2);
  return table;
}

// Calls f with the sum of each of the n! orders of the columns.
template <class F>
void forEachOrder(Square& table, F&& f) {
  std::vector<std::size_t> order(table.n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  do {
    double sum = 0;
    for (std::size_t i = 0; i < table.n; ++i) sum += table.at(i, order[i]);
    f(order, sum);
  } while (std::next_permutation(order.begin(), order.end()));
}

std::tuple<std::uint64_t, std::uint64_t, double, double> resultOf(const PermutationTest& test) {
  return {test.as_large, test.as_small, test.least, test.most};
}

TEST(PermutationTest, MomentsAreThoseOfAllOrders) {
  for (const std::size_t n : {2u, 3u, 5u, 6u}) {
    Square table = randomSquare(n, n);
    std::vector<double> sums;
    forEachOrder(table, [&](const auto&, double sum) { sums.push_back(sum); });
    const auto count = static_cast<double>(sums.size());
    const double mean = std::accumulate(sums.begin(), sums.end(), 0.0) / count;
    double squares = 0;
    double cubes = 0;
    for (const double sum : sums) {
      squares += (sum - mean) * (sum - mean) / count;
      cubes += std::pow(sum - mean, 3) / count;
    }
    const PermutationTest test = permutationTest(table.view(), 999, 1);
    EXPECT_NEAR(test.mean, mean, 1e-12);
    EXPECT_NEAR(test.sd, std::sqrt(squares), 1e-12);
    EXPECT_NEAR(test.skewness, n < 3 ? 0 : cubes / std::pow(squares, 1.5), 1e-9) << n;
  }
}

TEST(PermutationTest, DrawsAllOrdersAlike) {
  Square table = randomSquare(5, 8);
  double observed = 0;
  for (std::size_t i = 0; i < 5; ++i) observed += table.at(i, i);
  double as_large = 0;
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  forEachOrder(table, [&](const auto&, double sum) {
    as_large += sum >= observed - 1e-12;
    least = std::min(least, sum);
    most = std::max(most, sum);
  });
  const double share = as_large / 120;
  const std::uint64_t asked = 200000;
  const PermutationTest test = permutationTest(table.view(), asked, 3);
  EXPECT_GE(test.permutations, asked);
  EXPECT_LT(test.permutations, asked + 5);
  // Members of one coset are dependent: at most 5 times the binomial variance.
  const auto drawn = static_cast<double>(test.permutations);
  EXPECT_NEAR(static_cast<double>(test.as_large), share * drawn,
              5 * std::sqrt(5 * drawn * share * (1 - share)));
  EXPECT_NEAR(test.observed, observed, 1e-12);
  EXPECT_NEAR(test.least, least, 1e-6);  // all 120 orders were met
  EXPECT_NEAR(test.most, most, 1e-6);
}

TEST(PermutationTest, AsksForFewerThanOneCosetAndGetsTheShiftsOfTheObserved) {
  for (const std::size_t n : {2u, 7u, 16u, 17u, 46u}) {
    Square table = randomSquare(n, 100 + n);
    std::uint64_t as_large = 0;
    double observed = 0;
    for (std::size_t s = 0; s < n; ++s) {
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) sum += table.at(i, (i + s) % n);
      if (s == 0) observed = sum;
      as_large += s > 0 && sum >= observed;
    }
    const PermutationTest test = permutationTest(table.view(), n - 1, 1);
    EXPECT_EQ(test.permutations, n - 1);
    EXPECT_EQ(test.as_large, as_large) << n;
  }
}

TEST(PermutationTest, CountsTiesAgainstTheFinding) {
  Square constant(6);
  std::fill(constant.values.begin(), constant.values.end(), 0.1);
  const PermutationTest test = permutationTest(constant.view(), 999, 1);
  EXPECT_EQ(test.as_large, test.permutations);
  EXPECT_EQ(test.log10_p_greater, 0);
  EXPECT_EQ(test.log10_p_less, 0);
  // Values that are equal but for their last bits are ties, too.
  Random random(2);
  for (double& x : constant.values) x += 1e-16 * random.unit();
  EXPECT_EQ(permutationTest(constant.view(), 999, 1).log10_p_greater, 0);
}

TEST(PermutationTest, ReachesItsFloorAndNeverZero) {
  Square table(30);
  for (std::size_t i = 0; i < 30; ++i) table.at(i, i) = 1;
  const PermutationTest test = permutationTest(table.view(), 9999, 7);
  EXPECT_EQ(test.as_large, 0u);
  EXPECT_EQ(test.log10_p_greater, test.log10_floor);
  EXPECT_NEAR(test.log10_floor, -std::log10(10020), 1e-12);  // 334 cosets of 30
  EXPECT_EQ(test.log10_p_less, 0);
  EXPECT_EQ(test.observed, 30);
}

TEST(PermutationTest, DependsOnTheSeedAndNotOnTheThreads) {
  Square table = randomSquare(37, 5);
  const PermutationTest one = permutationTest(table.view(), 20000, 7, 1);
  for (const unsigned threads : {2u, 3u, 8u}) {
    EXPECT_EQ(resultOf(permutationTest(table.view(), 20000, 7, threads)), resultOf(one));
  }
  EXPECT_NE(permutationTest(table.view(), 20000, 8, 1).as_large, one.as_large);
}

TEST(PermutationTest, LargeTablesAgreeWithPlainShuffles) {
  const std::size_t n = 300;
  Square table = randomSquare(n, 12);
  for (std::size_t i = 0; i < n; ++i) table.at(i, i) += 0.015;  // about one standard deviation
  const PermutationTest test = permutationTest(table.view(), 60000, 1);
  Random random(77);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const int draws = 20000;
  int as_large = 0;
  for (int t = 0; t < draws; ++t) {
    random.shuffle(std::span(order));
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += table.at(i, order[i]);
    as_large += sum >= test.observed;
  }
  const double p = std::pow(10, test.log10_p_greater);
  EXPECT_NEAR(static_cast<double>(as_large) / draws, p, 5 * std::sqrt(p * (1 - p) / 15000));
}

TEST(PermutationTest, OfOneRowSaysNothing) {
  Square table(1);
  table.at(0, 0) = 3;
  const PermutationTest test = permutationTest(table.view(), 999, 1);
  EXPECT_EQ(test.log10_p_greater, 0);
  EXPECT_EQ(test.mean, 3);
}

TEST(PermutationTest, RefusesValuesThatAreNotFinite) {
  Square table(3);
  table.at(1, 2) = std::numeric_limits<double>::quiet_NaN();
  const Error refusal = support::refusalOf([&] { permutationTest(table.view(), 999, 1); });
  EXPECT_EQ(refusal.message(), "a permutation test over values that are not finite");
  EXPECT_EQ(refusal.remedy(), "leave out pairs whose figure is undefined");
}

// The null hypothesis, simulated: tables whose columns are numbered at random, and nothing else is
// random. The rows are as unexchangeable as can be.
class NullCalibration : public testing::TestWithParam<int> {
 protected:
  static Square hostile(int kind, std::size_t n) {
    Square table(n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        const auto x = static_cast<double>(i);
        const auto y = static_cast<double>(j);
        switch (kind) {
          case 0:  // a smooth ridge along the depth, as layers have
            table.at(i, j) = std::exp(-0.3 * std::abs(x - y)) + 0.01 * x * y;
            break;
          case 1:  // constant along cyclic diagonals: a shift is all that matters
            table.at(i, j) = static_cast<double>((i + n - j) % n);
            break;
          default:  // one row that outweighs all others
            table.at(i, j) = i == 0 ? y * y : std::sin(3 * x + 5 * y * y);
        }
      }
    }
    return table;
  }
};

TEST_P(NullCalibration, PValuesAreNoSmallerThanTheyClaim) {
  const std::size_t n = 8;
  const std::uint64_t asked = 199;  // 25 cosets: T + 1 = 200
  Square fixed = hostile(GetParam(), n);
  Random random(1000 + static_cast<std::uint64_t>(GetParam()));
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const int trials = 20000;
  const std::vector<double> levels{0.5, 0.1, 0.05, 0.01, 0.005};
  std::vector<int> rejected(levels.size(), 0);
  Square table(n);
  for (int trial = 0; trial < trials; ++trial) {
    random.shuffle(std::span(order));
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) table.at(i, j) = fixed.at(i, order[j]);
    }
    const PermutationTest test = permutationTest(table.view(), asked, random());
    ASSERT_EQ(test.permutations, asked);
    for (std::size_t k = 0; k < levels.size(); ++k) {
      rejected[k] += test.log10_p_greater <= std::log10(levels[k]) + 1e-12;
    }
  }
  for (std::size_t k = 0; k < levels.size(); ++k) {
    const double expected = levels[k] * trials;
    EXPECT_LE(rejected[k], expected + 4.5 * std::sqrt(expected)) << levels[k];
    if (GetParam() != 1) {  // hardly any ties there: exact, not only conservative
      EXPECT_GE(rejected[k], 0.9 * expected - 4.5 * std::sqrt(expected)) << levels[k];
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OfHostileTables, NullCalibration, testing::Values(0, 1, 2));

}  // namespace
}  // namespace kindred::stats
