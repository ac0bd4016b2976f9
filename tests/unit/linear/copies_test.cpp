// Copies among columns, recognised by sizes of cosines.
#include <kindred/analysis/copies/copies.hpp>

#include <cmath>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include <kindred/random.hpp>

namespace {

using namespace kindred;
using align::Origins;
using copies::Part;

double gaussian(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.unit();
  return sum;
}

arma::fmat unit(arma::fmat columns) {
  for (arma::uword c = 0; c < columns.n_cols; ++c) columns.col(c) /= arma::norm(columns.col(c));
  return columns;
}

arma::fmat drawn(arma::uword rows, arma::uword columns, std::uint64_t seed) {
  Random random(seed);
  arma::fmat matrix(rows, columns);
  for (float& x : matrix) x = static_cast<float>(gaussian(random));
  return matrix;
}

// Copies of the columns named, each with noise of its own; one copy has a cosine of
// 1 / (1 + drift^2) with another.
arma::fmat copied(const arma::fmat& columns, const std::vector<arma::uword>& which, double drift,
                  std::uint64_t seed) {
  arma::fmat result = columns.cols(arma::uvec(which));
  result += static_cast<float>(drift) * drawn(result.n_rows, result.n_cols, seed);
  return unit(result);
}

std::size_t sets(Origins& origins, std::size_t count) {
  std::set<std::uint32_t> distinct;
  for (std::uint32_t c = 0; c < count; ++c) distinct.insert(origins.find(c));
  return distinct.size();
}

std::vector<Part> parts(std::size_t count, arma::uword columns) {
  std::vector<Part> list;
  for (std::size_t p = 0; p < count; ++p) {
    list.push_back({0, static_cast<std::int64_t>(p), p * columns, columns});
  }
  return list;
}

std::vector<arma::uword> repeated(std::size_t times, arma::uword columns) {
  std::vector<arma::uword> which;
  for (std::size_t t = 0; t < times; ++t) {
    for (arma::uword i = 0; i < columns; ++i) which.push_back(i);
  }
  return which;
}

TEST(Copies, UnrelatedColumnsAreNotJoined) {
  const arma::fmat gates = unit(drawn(64, 600, 1)), ups = unit(drawn(64, 600, 2));
  Origins origins(600);
  copies::joinLikeNumbered({&gates, &ups}, parts(75, 8), origins);
  copies::joinTiles({&gates, &ups}, {{0, 0, 0, 600}}, origins);
  copies::joinAlike({&gates, &ups}, origins);
  EXPECT_GE(sets(origins, 600), 595u);
}

TEST(Copies, AreFoundWhereverTheyStand) {
  std::vector<arma::uword> which = repeated(20, 50);
  Random random(5);
  random.shuffle(std::span(which));
  const arma::fmat gates = copied(drawn(256, 50, 1), which, 0.8, 3);
  const arma::fmat ups = copied(drawn(256, 50, 2), which, 0.8, 4);
  Origins origins(1000);
  copies::joinAlike({&gates, &ups}, origins);
  for (std::uint32_t x = 0; x < 1000; ++x) {
    EXPECT_EQ(origins.find(x) == origins.find(0), which[x] == which[0]);
  }
  EXPECT_EQ(sets(origins, 1000), 50u);
}

TEST(Copies, AreFoundWhereAllColumnsAreCopiesOfOne) {
  const std::vector<arma::uword> which(64, 0);
  const arma::fmat ups = copied(drawn(128, 1, 1), which, 0.3, 3);
  Origins origins(64);
  copies::joinAlike({&ups}, origins);
  EXPECT_EQ(sets(origins, 64), 1u);
}

TEST(Copies, ThatHaveDriftedFarAreFoundByTheirNumber) {
  // Cosines of 0.2 in 64 dimensions are lost among those of unrelated columns.
  const std::vector<arma::uword> which = repeated(16, 8);
  const arma::fmat gates = copied(drawn(64, 8, 1), which, 2, 3);
  const arma::fmat ups = copied(drawn(64, 8, 2), which, 2, 4);
  Origins origins(128);
  copies::joinLikeNumbered({&gates, &ups}, parts(16, 8), origins);
  EXPECT_EQ(sets(origins, 128), 8u);
}

TEST(Copies, OfTwoPartsAmongManyAreFoundByTheirNumber) {
  arma::fmat ups = unit(drawn(64, 512, 1));
  ups.cols(256, 287) = copied(ups.cols(0, 31), repeated(1, 32), 0.1, 9);
  Origins origins(512);
  copies::joinLikeNumbered({&ups}, parts(16, 32), origins);
  EXPECT_EQ(sets(origins, 512), 480u);
  EXPECT_EQ(origins.find(256), 0u);
}

TEST(Copies, BesideEachOtherAreTiles) {
  std::vector<arma::uword> which;
  for (arma::uword i = 0; i < 80; ++i) which.insert(which.end(), {i, i});
  const arma::fmat gates = copied(drawn(64, 80, 1), which, 1.2, 3);
  const arma::fmat ups = copied(drawn(64, 80, 2), which, 1.2, 4);
  Origins origins(160);
  copies::joinTiles({&gates, &ups}, {{0, 0, 0, 160}}, origins);
  EXPECT_EQ(sets(origins, 160), 80u);
}

TEST(Copies, DoNotDependOnSigns) {
  const std::vector<arma::uword> which = repeated(4, 32);
  arma::fmat ups = copied(drawn(96, 32, 1), which, 0.9, 3);
  Origins before(128), after(128);
  copies::joinLikeNumbered({&ups}, parts(4, 32), before);
  copies::joinAlike({&ups}, before);
  Random random(8);
  for (arma::uword c = 0; c < ups.n_cols; ++c) {
    if (random() % 2 == 0) ups.col(c) *= -1.0f;
  }
  copies::joinLikeNumbered({&ups}, parts(4, 32), after);
  copies::joinAlike({&ups}, after);
  for (std::uint32_t c = 0; c < 128; ++c) EXPECT_EQ(before.find(c), after.find(c));
}

TEST(Copies, AChainOfNeighboursIsNotOne) {
  // Each column has a cosine of 0.9 with the next and little with those further on.
  arma::fmat chain = drawn(256, 60, 1);
  for (arma::uword c = 1; c < chain.n_cols; ++c) {
    chain.col(c) = 0.9f * chain.col(c - 1) + 0.436f * chain.col(c);
  }
  chain = unit(chain);
  Origins origins(60);
  copies::joinAlike({&chain}, origins);
  EXPECT_GE(sets(origins, 60), 3u);
}

TEST(Copies, PartsAreJoinedWhereHalfTheirColumnsAre) {
  Origins origins(24);
  for (std::uint32_t i = 0; i < 4; ++i) origins.join(i, 8 + i);
  for (std::uint32_t i = 0; i < 3; ++i) origins.join(i, 16 + i);
  const std::vector<std::pair<std::size_t, std::size_t>> joined{{0, 1}};
  EXPECT_EQ(copies::joinedParts(parts(3, 8), origins), joined);
}

}  // namespace
