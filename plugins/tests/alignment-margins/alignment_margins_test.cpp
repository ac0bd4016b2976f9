#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include <kindred/random.hpp>
#include <kindred/test.hpp>

#include "support/loaded_plugin.hpp"

namespace kindred::alignment_margins_test {
namespace {

using testing::HasSubstr;

template <class F>
Table tableOf(std::int64_t rows, std::int64_t columns, F&& value) {
  Table table{"norms.cosine", {}};
  for (std::int64_t a = 0; a < rows; ++a) {
    for (std::int64_t b = 0; b < columns; ++b) table.rows.push_back({a, b, "a", "b", value(a, b)});
  }
  return table;
}

Finding findingOf(const Table& table, conformance::Settings settings = {}) {
  const auto findings = support::load<Test>("alignment-margins", settings)->onTable(table);
  EXPECT_EQ(findings.size(), 1u);
  return findings.at(0);
}

TEST(AlignmentMargins, KeepsTheSdksPromises) {
  EXPECT_EQ(support::complaints("alignment-margins"), "");
}

TEST(AlignmentMargins, OfALikeNumberedRidgeAreAllOnTheDiagonal) {
  const Finding finding = findingOf(tableOf(
      46, 48, [](auto a, auto b) { return a == b ? 0.9 : 0.5 + 0.001 * static_cast<double>(b); }));
  const auto& d = finding.details;
  EXPECT_EQ(d.at("rate"), 1);
  EXPECT_EQ(d.at("drift"), 0);
  EXPECT_EQ(d.at("distinct"), 1);
  EXPECT_NEAR(d.at("least_margin"), 0.9 - 0.547, 1e-12);
  EXPECT_NEAR(d.at("expected"), 1.0 / 48, 0.005);
  EXPECT_NEAR(finding.log10_p, -4, 1e-12);
  EXPECT_EQ(finding.log10_p, finding.log10_p_floor);
}

TEST(AlignmentMargins, OfOneLayerThatAllAreMostLikeAreNone) {
  const Finding finding =
      findingOf(tableOf(10, 10, [](auto, auto b) { return b == 7 ? 1.0 : 0.1; }));
  EXPECT_NEAR(finding.details.at("rate"), 0.1, 1e-12);
  EXPECT_NEAR(finding.details.at("distinct"), 0.1, 1e-12);
  EXPECT_NEAR(finding.details.at("margin"), 0.9, 1e-12);
  EXPECT_NEAR(finding.details.at("drift"), (7 + 6 + 5 + 4 + 3 + 2 + 1 + 0 + 1 + 2) / 10.0, 1e-12);
  EXPECT_NEAR(finding.log10_p, 0, 1e-12);  // whatever the order, one layer has the right number
}

TEST(AlignmentMargins, OfRandomValuesHaveModestPValues) {
  int small = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    const Table table = tableOf(12, 12, [&](auto, auto) { return random.unit(); });
    small += findingOf(table, {{"permutations", std::int64_t{199}}}).log10_p < -1.5;
  }
  EXPECT_LE(small, 5);
}

TEST(AlignmentMargins, PassesOverUndefinedValues) {
  const Finding finding = findingOf(tableOf(5, 5, [](auto a, auto b) {
    return b == 0 ? std::nan("") : a == b ? 1.0 : 0.0;
  }));
  EXPECT_NEAR(finding.details.at("rate"), 0.8, 1e-12);
}

TEST(AlignmentMargins, NeedAllPairsOfLayers) {
  Table table = tableOf(5, 5, [](auto, auto) { return 1.0; });
  std::erase_if(table.rows, [](const TableRow& row) { return row.layer_a != row.layer_b; });
  try {
    findingOf(table);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("pair: all-layers"));
  }
}

}  // namespace
}  // namespace kindred::alignment_margins_test
