// How alike rows are: figures worked out by hand. Rows are a hundred wide, so that sizes are ten
// times the cosines.
#include <kindred/analysis/align/likeness.hpp>

#include <gtest/gtest.h>

#include <cmath>

#include <kindred/analysis/align/certificates.hpp>

namespace kindred::align {
namespace {

Sizes sizes(std::vector<double> matched, std::vector<double> others) {
  Sizes made;
  made.matched = std::move(matched);
  made.others = std::move(others);
  made.width = 100;
  return made;
}

std::vector<double> repeated(std::size_t count, double value) {
  return std::vector<double>(count, value);
}

// So many of `count` with one sign, the others with the other.
std::vector<double> signs(std::size_t count, std::size_t positive, double size) {
  std::vector<double> made = repeated(count, -size);
  std::fill_n(made.begin(), positive, size);
  return made;
}

// 0, 0.001, ..., 1, of which every second is negative.
std::vector<double> evenly() {
  std::vector<double> made;
  for (int i = 0; i <= 1000; ++i) made.push_back((i % 2 == 0 ? 1 : -1) * i / 1000.0);
  return made;
}

TEST(LikenessOf, AFewRowsIsTheirMeanMedianAndError) {
  const Likeness likeness = *likenessOf(sizes({0.5, 0.2, -0.1, 0.4}, {0.1, -0.1, 0.3, -0.3}));
  EXPECT_EQ(likeness.rows, 4u);
  EXPECT_EQ(likeness.width, 100u);
  EXPECT_NEAR(likeness.matched, 3, 1e-12);
  EXPECT_NEAR(likeness.chance, 2, 1e-12);
  EXPECT_NEAR(likeness.median, 2, 1e-12) << "the lower of the two in the middle";
  EXPECT_EQ(likeness.turned, 0);
  EXPECT_EQ(likeness.clear, 0u);
  EXPECT_NEAR(likeness.agreement->mean, 2.5, 1e-12);
  EXPECT_NEAR(likeness.agreement->error, 10 * std::sqrt((0.115 - 0.0625) / 4), 1e-12);
  EXPECT_EQ(likeness.agreement->least, 0) << "so few signs ask for nothing";
}

TEST(LikenessOf, NothingIsNothing) {
  EXPECT_FALSE(likenessOf(sizes({}, {0.1})));
  EXPECT_FALSE(likenessOf(sizes({0.1}, {})));
  Sizes flat = sizes({0.1}, {0.1});
  flat.width = 0;
  EXPECT_FALSE(likenessOf(flat));
}

TEST(LikenessOf, ACopyWithAllSignsTurnedIsThatOfACopy) {
  const auto there = likenessOf(sizes(signs(400, 300, 0.2), evenly()))->agreement;
  const auto turned = likenessOf(sizes(signs(400, 100, 0.2), evenly()))->agreement;
  EXPECT_NEAR(there->mean, 1, 1e-12) << "half of them cancel";
  EXPECT_NEAR(turned->mean, there->mean, 1e-12);
  EXPECT_NEAR(turned->least, there->least, 1e-12);
}

// An excess of h of n signs, less four deviations and what is left of n: h - 4 sqrt((1 - h^2) / n)
// - 8 / n, is surely there; rows of strangers of that rank, times 0.75, are the least to be had.
TEST(LikenessOf, SignsThatAgreeAskForRowsOfTheirRank) {
  // 0.5 - 4 sqrt(0.75 / 400) - 0.02 = 0.3068: the 306th of a thousand.
  EXPECT_NEAR(likenessOf(sizes(signs(400, 300, 0.2), evenly()))->agreement->least,
              10 * 0.75 * 0.306, 1e-9);
  // All agree: 1 - 0.02, and 1 - 8 / 128 = 0.9375.
  EXPECT_NEAR(likenessOf(sizes(repeated(400, 0.2), evenly()))->agreement->least, 10 * 0.75 * 0.98,
              0.0076);
  EXPECT_NEAR(likenessOf(sizes(repeated(128, 0.2), evenly()))->agreement->least, 10 * 0.75 * 0.937,
              1e-9);
  // 0.2 - 4 sqrt(0.96 / 400) - 0.02 < 0.
  EXPECT_EQ(likenessOf(sizes(signs(400, 240, 0.2), evenly()))->agreement->least, 0);
}

TEST(LikenessOf, OneRowCountsAtMostAFewTimesChance) {
  // Chance is 0.1: a row counts at most 0.375, where pairs were chosen 0.2.
  Sizes made = sizes({1, 0.3, 0.1}, {0.1});
  EXPECT_NEAR(likenessOf(made)->agreement->mean, 10 * (0.375 + 0.3 + 0.1) / 3, 1e-12);
  made.matched[1] = -0.3;
  EXPECT_NEAR(likenessOf(made)->agreement->mean, 10 * (0.375 - 0.3 + 0.1) / 3, 1e-12);
  made.chosen = true;
  EXPECT_NEAR(likenessOf(made)->agreement->mean, 10 * (0.2 + 0.2 + 0.1) / 3, 1e-12)
      << "whatever their signs";
}

TEST(LikenessOf, RowsThatWereChosenAreHeldAgainstChance) {
  Sizes made = sizes(signs(400, 300, 0.15), {0.1});
  made.chosen = true;
  const double surely = 0.5 - 4 * std::sqrt(0.75 / 400) - 0.02;
  EXPECT_NEAR(likenessOf(made)->agreement->least, 10 * 0.1 * (1 + 0.3 * surely * surely), 1e-9);
}

TEST(LikenessOf, CopiesAreFiveTimesAsAlikeAsChanceOrNearlyEqual) {
  EXPECT_DOUBLE_EQ(clearFrom(0.1), 0.5);
  EXPECT_DOUBLE_EQ(clearFrom(0.5), 0.9);
  Sizes made = sizes({0.49, 0.51, -0.6, 0.998, 0.9995}, {0.1, -0.1});
  EXPECT_EQ(likenessOf(made)->clear, 4u);
  made.turned = {0.4, 0.2, -0.3};
  EXPECT_EQ(likenessOf(made)->clear, 1u);
  EXPECT_NEAR(likenessOf(made)->turned, 3, 1e-12);
}

TEST(Assignments, AreCountedAndThoseThatAreProved) {
  Finding finding;
  Alignment alignment;
  for (const char* certificate :
       {"optimal: gap 0", "", "not optimal: gap 1", "optimal: gap 1e-13"}) {
    MlpMatch match;
    match.certificate = certificate;
    alignment.mlps.push_back(match);
  }
  addAssignments(finding, alignment);
  EXPECT_EQ(finding.assignments.solved, 3u);
  EXPECT_EQ(finding.assignments.optimal, 2u);
  addAssignment(finding, true);
  addAssignment(finding, false);
  EXPECT_EQ(finding.assignments.solved, 5u);
  EXPECT_EQ(finding.assignments.optimal, 3u);
}

}  // namespace
}  // namespace kindred::align
