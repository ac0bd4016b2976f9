// Products, rotations and pairings that alignments rest on, against Armadillo or against what they
// are defined to be.
#include <kindred/analysis/linear/linear.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <kindred/analysis/linear/matching.hpp>
#include <kindred/analysis/linear/signatures.hpp>
#include <kindred/random.hpp>

#include "support/refusal.hpp"

namespace kindred::linear {
namespace {

using testing::ElementsAre;
using testing::Pair;

arma::fmat random(arma::uword rows, arma::uword columns, std::uint64_t seed) {
  Random source(seed);
  arma::fmat matrix(rows, columns);
  for (float& x : matrix) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += source.unit();
    x = static_cast<float>(sum);
  }
  return matrix;
}

arma::fmat rotation(arma::uword size, std::uint64_t seed) {
  arma::fmat q, r;
  arma::qr(q, r, random(size, size, seed));
  return q;
}

Matrix matrix(std::vector<float> values, std::uint64_t rows, std::uint64_t columns) {
  Matrix made;
  made.values = std::move(values);
  made.rows = rows;
  made.columns = columns;
  return made;
}

double largest(const arma::fmat& difference) { return arma::abs(difference).max(); }

TEST(InnerProducts, AreThoseOfEveryPairOfColumns) {
  const arma::fmat a = random(40, 7, 1), b = random(40, 9, 2);
  const arma::fmat products = innerProducts(a, b);
  ASSERT_EQ(products.n_rows, 7u);
  ASSERT_EQ(products.n_cols, 9u);
  for (arma::uword i = 0; i < 7; ++i) {
    for (arma::uword j = 0; j < 9; ++j) {
      EXPECT_NEAR(products(i, j), dot(a.colptr(i), b.colptr(j), 40), 1e-4);
    }
  }
}

TEST(InnerProducts, OfAnyLengthAreCheckedToTheLastNumber) {
  for (const arma::uword length : {1, 7, 8, 9, 43}) {
    const arma::fmat a = random(length, 5, 3), b = random(length, 6, 4);
    const arma::fmat products = innerProducts(a, b);
    EXPECT_NEAR(products(4, 5), dot(a.colptr(4), b.colptr(5), length), 1e-4) << length;
    arma::fmat odd = a;
    odd(length - 1, 4) = std::numeric_limits<float>::infinity();
    EXPECT_THROW(innerProducts(odd, b), Error) << length;
  }
}

TEST(InnerProducts, OfWhatIsNotFiniteAreAnError) {
  arma::fmat a = random(8, 3, 1);
  a(2, 1) = std::numeric_limits<float>::quiet_NaN();
  const Error refusal = support::refusalOf([&] { innerProducts(a, random(8, 3, 2)); });
  EXPECT_EQ(refusal.message(), "the BLAS library computed a wrong product of 3 by 8 by 3");
  EXPECT_EQ(refusal.remedy(),
            "set OPENBLAS_CORETYPE to an older processor, or install another OpenBLAS");
}

TEST(UnitColumns, HaveLengthOneOrSayNothing) {
  const float infinite = std::numeric_limits<float>::infinity();
  const arma::fmat columns = unitColumns(matrix({3, 4, 0, 0, 1, infinite}, 3, 2));
  EXPECT_THAT(std::vector<float>(columns.begin(), columns.end()),
              ElementsAre(0.6f, 0.8f, 0.0f, 0.0f, 0.0f, 0.0f));
  const arma::mat wide = wideUnitColumns(matrix({3, 4, 0, 0}, 2, 2));
  EXPECT_THAT(std::vector<double>(wide.begin(), wide.end()), ElementsAre(0.6, 0.8, 0.0, 0.0));
}

TEST(Procrustes, FindsTheRotationBetweenTwoStreams) {
  const arma::fmat turn = rotation(12, 3), a = random(12, 60, 4), b = turn.t() * a;
  const arma::fmat found = procrustes(a * b.t());
  EXPECT_LT(largest(found - turn), 1e-4);
  EXPECT_LT(largest(rotated(a, found) - b), 1e-4);
}

TEST(Procrustes, GivesOrthogonalColumnsWhereOneStreamIsWider) {
  const arma::fmat found = procrustes(random(12, 8, 5));
  ASSERT_EQ(found.n_rows, 12u);
  ASSERT_EQ(found.n_cols, 8u);
  EXPECT_LT(largest(found.t() * found - arma::eye<arma::fmat>(8, 8)), 1e-5);
}

TEST(Procrustes, OfWhatIsNotFiniteIsEmpty) {
  arma::fmat moments = random(4, 4, 6);
  moments(0, 0) = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(procrustes(moments).is_empty());
  EXPECT_TRUE(singularValues(moments).is_empty());
}

TEST(SingularValues, FallAndAreNotChangedByARotation) {
  const arma::fmat plain = random(10, 6, 7);
  const arma::fvec values = singularValues(plain), turned = singularValues(rotation(10, 8) * plain);
  ASSERT_EQ(values.n_elem, 6u);
  for (arma::uword i = 0; i < 6; ++i) {
    if (i > 0) {
      EXPECT_LE(values[i], values[i - 1]);
    }
    EXPECT_NEAR(values[i], turned[i], 1e-4);
  }
}

TEST(Rotated, ByNothingStaysAsItIs) {
  const arma::fmat a = random(5, 3, 9);
  EXPECT_EQ(largest(rotated(a, {}) - a), 0);
  EXPECT_TRUE(matrixOf({}).is_empty());
}

TEST(MutualBest, PairsThoseWhoAreEachOthersBest) {
  const arma::fmat similarity = {{0.9f, 0.2f, 0.1f}, {0.8f, 0.3f, 0.2f}, {0.1f, 0.1f, 0.7f}};
  EXPECT_THAT(mutualBest(similarity), ElementsAre(Pair(0, 0), Pair(2, 2)));
  EXPECT_TRUE(mutualBest({}).empty());
}

TEST(Assign, TakesTheGreatestTotalAndNotTheGreatestOfEach) {
  const arma::fmat similarity = {{1.0f, 0.9f}, {0.9f, 0.1f}};
  EXPECT_THAT(pairsOf(assign(similarity)), ElementsAre(Pair(1, 0), Pair(0, 1)));
}

TEST(Assign, LeavesOutUnitsOfTheLargerModel) {
  const arma::fmat similarity = {{0.1f, 0.9f, 0.2f}, {0.8f, 0.3f, 0.1f}};
  EXPECT_THAT(assign(similarity).a_of_b, ElementsAre(1, 0, -1));
}

TEST(Signatures, AreThoseOfTheSameUnitsInAnyOrderUnderAnyRotation) {
  Matrix rows = matrix({}, 100, 32);
  const arma::fmat values = random(32, 100, 10);
  rows.values.assign(values.begin(), values.end());
  const arma::fmat own = unitColumns(rows);
  arma::uvec order(100);
  for (arma::uword i = 0; i < 100; ++i) order[i] = (37 * i + 5) % 100;
  const arma::fmat turned = rotation(32, 11) * own.cols(order);
  const arma::fmat similarity = signatureSimilarity(signaturesOf(own), signaturesOf(turned));
  for (arma::uword j = 0; j < 100; ++j) EXPECT_EQ(similarity.col(j).index_max(), order[j]);
}

}  // namespace
}  // namespace kindred::linear
