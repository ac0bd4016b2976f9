#include <kindred/analysis/stats/assignment.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <kindred/error.hpp>
#include <kindred/random.hpp>

#include "support/refusal.hpp"

namespace kindred::stats {
namespace {

template <class T>
struct Matrix {
  std::size_t rows;
  std::size_t columns;
  std::vector<T> values;
  MatrixView<T> view() const { return {values, rows, columns}; }
};

// Values on [0, 1), or whole numbers below `levels`, which make ties.
template <class T>
Matrix<T> randomMatrix(std::size_t rows, std::size_t columns, Random& random,
                       std::uint64_t levels = 0) {
  Matrix<T> matrix{rows, columns, std::vector<T>(rows * columns)};
  for (T& value : matrix.values) {
    value = static_cast<T>(levels == 0 ? random.unit() : static_cast<double>(random.below(levels)));
  }
  return matrix;
}

// The optimum by trying every injection of the shorter side.
template <class T>
double bruteForce(const Matrix<T>& m, Goal goal) {
  const bool tall = m.rows > m.columns;
  const std::size_t few = std::min(m.rows, m.columns);
  const std::size_t many = std::max(m.rows, m.columns);
  std::vector<std::size_t> order(many);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const double sign = goal == Goal::minimise ? 1 : -1;
  double best = std::numeric_limits<double>::infinity();
  do {
    double total = 0;
    for (std::size_t i = 0; i < few; ++i) {
      total += tall ? m.view().row(order[i])[i] : m.view().row(i)[order[i]];
    }
    best = std::min(best, sign * total);
  } while (std::next_permutation(order.begin(), order.end()));
  return sign * best;
}

template <class T>
void expectValid(const Matrix<T>& m, Goal goal, const Assignment& found) {
  std::vector<int> uses(m.columns, 0);
  double total = 0;
  std::size_t pairs = 0;
  ASSERT_EQ(found.column_of_row.size(), m.rows);
  for (std::size_t i = 0; i < m.rows; ++i) {
    const std::size_t j = found.column_of_row[i];
    if (j == kUnassigned) continue;
    ASSERT_LT(j, m.columns);
    EXPECT_EQ(++uses[j], 1);
    total += m.view().row(i)[j];
    ++pairs;
  }
  EXPECT_EQ(pairs, std::min(m.rows, m.columns));
  EXPECT_NEAR(found.total, total, 1e-9);
  const Certificate certificate = certify(m.view(), goal, found);
  EXPECT_TRUE(certificate.holds) << certificate.text();
}

template <class T>
class AssignmentOf : public testing::Test {};
using Elements = testing::Types<float, double>;
TYPED_TEST_SUITE(AssignmentOf, Elements);

TYPED_TEST(AssignmentOf, SmallMatricesEqualsTheBestOfAllPermutations) {
  Random random(1);
  for (std::size_t rows = 1; rows <= 7; ++rows) {
    for (std::size_t columns = 1; columns <= 7; ++columns) {
      for (const std::uint64_t levels : {0u, 3u}) {
        const auto m = randomMatrix<TypeParam>(rows, columns, random, levels);
        for (const Goal goal : {Goal::minimise, Goal::maximise}) {
          const Assignment found = assign(m.view(), goal);
          expectValid(m, goal, found);
          EXPECT_NEAR(found.total, bruteForce(m, goal), 1e-6) << rows << "x" << columns;
        }
      }
    }
  }
}

TYPED_TEST(AssignmentOf, LargeMatricesIsProvedOptimalByItsPrices) {
  Random random(2);
  const std::vector<std::pair<std::size_t, std::size_t>> shapes{
      {63, 63}, {64, 64}, {65, 65}, {130, 130}, {301, 301}, {40, 500}, {257, 300}, {300, 64}};
  for (const auto& [rows, columns] : shapes) {
    for (const std::uint64_t levels : {0u, 2u, 50u}) {
      const auto m = randomMatrix<TypeParam>(rows, columns, random, levels);
      for (const Goal goal : {Goal::minimise, Goal::maximise}) {
        expectValid(m, goal, assign(m.view(), goal));
        expectValid(m, goal, assignRelabelled(m.view(), goal, 5));
      }
    }
  }
}

TYPED_TEST(AssignmentOf, HardMatricesIsProvedOptimal) {
  // Machol and Wien's products i * j, on which row and column minima all meet.
  const std::size_t n = 200;
  Matrix<TypeParam> m{n, n, std::vector<TypeParam>(n * n)};
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j)
      m.values[i * n + j] = static_cast<TypeParam>((i + 1) * (j + 1));
  }
  const Assignment found = assign(m.view(), Goal::minimise);
  expectValid(m, Goal::minimise, found);
  for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(found.column_of_row[i], n - 1 - i);
}

TEST(Assignment, FindsAHiddenPermutationAmongNoise) {
  Random random(3);
  const std::size_t n = 150;
  auto m = randomMatrix<float>(n, n, random);
  std::vector<std::size_t> hidden(n);
  std::iota(hidden.begin(), hidden.end(), std::size_t{0});
  random.shuffle(std::span(hidden));
  for (std::size_t i = 0; i < n; ++i) m.values[i * n + hidden[i]] += 1;
  EXPECT_EQ(assign(m.view(), Goal::maximise).column_of_row, hidden);
  EXPECT_EQ(assignRelabelled(m.view(), Goal::maximise, 8).column_of_row, hidden);
}

TEST(Assignment, OfNothingIsEmpty) {
  const std::vector<float> none;
  EXPECT_TRUE(assign(MatrixView<float>{none, 0, 4}, Goal::minimise).column_of_row.empty());
  const Assignment tall = assign(MatrixView<float>{none, 3, 0}, Goal::minimise);
  EXPECT_EQ(tall.column_of_row, std::vector<std::size_t>(3, kUnassigned));
}

TEST(Assignment, RefusesValuesThatAreNotFiniteAndWrongSizes) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Matrix<float> m{3, 3, std::vector<float>(9, 1.0f)};
    m.values[7] = bad;
    const Error refusal = support::refusalOf([&] { assign(m.view(), Goal::maximise); });
    EXPECT_EQ(refusal.message(), "an assignment over values that are not finite");
    EXPECT_EQ(refusal.remedy(), "leave out rows that are zero or not numbers");
  }
  const std::vector<float> five(5, 0.0f);
  const MatrixView<float> wrong{five, 2, 3};
  EXPECT_EQ(support::refusalOf([&] { assign(wrong, Goal::minimise); }).message(),
            "an assignment over 2 rows and 3 columns has 5 values");
}

TEST(Certificate, FailsForAnAssignmentThatIsNotTheBest) {
  Random random(4);
  const auto m = randomMatrix<double>(40, 40, random);
  Assignment worse = assign(m.view(), Goal::minimise);
  std::swap(worse.column_of_row[3], worse.column_of_row[17]);
  EXPECT_FALSE(certify(m.view(), Goal::minimise, worse).holds);
  Assignment cheated = assign(m.view(), Goal::minimise);
  cheated.row_price[5] += 0.5;
  EXPECT_FALSE(certify(m.view(), Goal::minimise, cheated).holds);
  const Certificate good = certify(m.view(), Goal::minimise, assign(m.view(), Goal::minimise));
  EXPECT_EQ(good.text().rfind("optimal: ", 0), 0u) << good.text();
}

TEST(SeededRelabelling, KeepsTheIdentityFromWinningTies) {
  // On a constant matrix the plain solver may return anything, even the identity; relabelled, the
  // fixed points are those of a random permutation: mean 1, variance 1.
  const std::size_t n = 20;
  const Matrix<float> constant{n, n, std::vector<float>(n * n, 0.25f)};
  double fixed = 0;
  const int trials = 2000;
  for (int trial = 0; trial < trials; ++trial) {
    const Assignment found =
        assignRelabelled(constant.view(), Goal::maximise, static_cast<std::uint64_t>(trial));
    for (std::size_t i = 0; i < n; ++i) fixed += found.column_of_row[i] == i;
  }
  EXPECT_NEAR(fixed / trials, 1, 5 / std::sqrt(trials));
}

TEST(SeededRelabelling, GivesTheSameAnswerForTheSameSeed) {
  Random random(6);
  const auto m = randomMatrix<float>(50, 70, random, 2);
  EXPECT_EQ(assignRelabelled(m.view(), Goal::maximise, 42).column_of_row,
            assignRelabelled(m.view(), Goal::maximise, 42).column_of_row);
  EXPECT_NE(assignRelabelled(m.view(), Goal::maximise, 42).column_of_row,
            assignRelabelled(m.view(), Goal::maximise, 43).column_of_row);
}

TEST(ConstantInput, IsRecognisedThroughRoundingNoise) {
  Matrix<float> m{4, 4, std::vector<float>(16, 1.0f)};
  m.values[3] = 1.0f + 1e-7f;
  EXPECT_TRUE(isConstant(m.view()));
  m.values[3] = 1.01f;
  EXPECT_FALSE(isConstant(m.view()));
}

}  // namespace
}  // namespace kindred::stats
