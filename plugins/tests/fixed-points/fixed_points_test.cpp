// Parts that keep their number, by gauge, with the aligner, from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"
#include "support/loaded_plugin.hpp"

namespace {

using namespace kindred;
using test::compare;
using test::Comparison;
using test::ToyModel;
using test::ToyShape;
using testing::HasSubstr;

ToyShape mixture() {
  ToyShape shape;
  shape.experts = 5;
  shape.units = 32;
  return shape;
}

TEST(FixedPoints, KeepWhatTheirPluginPromises) {
  EXPECT_EQ(support::complaints("fixed-points"), "");
  EXPECT_EQ(support::complaints("fixed-points", {{"gauge", std::string("kv-group")}}), "");
}

TEST(FixedPoints, OfAllGaugesAreThoseOfEachUnderItsOlderName) {
  ToyShape shape = mixture();
  shape.experts = 12;
  const ToyModel a("a", 1, shape), b = a.as("b").trained(0.3, 9);
  const Comparison all = compare({"fixed-points"}, a, b);
  const Comparison each =
      compare({"unit-matching", "expert-matching", "head-matching", "residual-dims"}, a, b);
  ASSERT_EQ(all.outcome.findings.size(), each.outcome.findings.size());
  ASSERT_GE(all.outcome.findings.size(), 6u);
  for (std::size_t i = 0; i < all.outcome.findings.size(); ++i) {
    const Finding &x = all.outcome.findings[i], &y = each.outcome.findings[i];
    EXPECT_EQ(x.null, y.null);
    EXPECT_EQ(x.gauge, y.gauge);
    EXPECT_EQ(x.log10_p, y.log10_p);
    EXPECT_EQ(x.statistic, y.statistic);
  }
}

TEST(FixedPoints, OfAnUnrelatedModelAreFew) {
  ToyShape shape = mixture();
  shape.experts = 12;
  const Comparison c = compare({"fixed-points"}, ToyModel("a", 1, shape), ToyModel("b", 2, shape));
  EXPECT_GE(c.outcome.findings.size(), 6u);
  for (const Finding& finding : c.outcome.findings) EXPECT_GT(finding.log10_p, -3.5);
}

// Else the error of one set of draws would be that of all pairs of a run.
TEST(UnitMatching, DrawsPermutationsOfItsOwnForEachPair) {
  const ToyModel a("a", 1), b("b", 2);
  std::set<double> p_values;
  for (const char* name : {"b", "c", "d", "e", "f", "g"}) {
    for (const Finding& finding : compare({"unit-matching"}, a, b.as(name)).outcome.findings) {
      if (finding.null.find("rho") != std::string::npos) p_values.insert(finding.log10_p);
    }
  }
  EXPECT_GT(p_values.size(), 1u);  // six sets of 999 draws seldom count alike
}

TEST(UnitMatching, EveryUnitOfACopyKeepsItsNumber) {
  const ToyModel a("a", 1);
  const Comparison c = compare({"unit-matching"}, a, a.as("b").trained(0.3, 9).rotated(4));
  ASSERT_EQ(c.outcome.findings.size(), 3u);
  for (const Finding& finding : c.outcome.findings) {
    EXPECT_EQ(finding.units, 3u * 96);
    EXPECT_GE(finding.log10_p, finding.log10_p_floor);
    EXPECT_TRUE(std::isfinite(finding.log10_p));
  }
  EXPECT_EQ(c.outcome.findings[0].statistic, 3 * 96);
  EXPECT_LT(c.outcome.findings[0].log10_p, -300);
  EXPECT_LT(c.outcome.findings[1].log10_p, -300);
}

TEST(UnitMatching, SeesUpRowsWhateverTheirSigns) {
  const ToyModel a("a", 1);
  ToyModel b = a.as("b").trained(0.3, 9);
  for (std::int64_t layer = 0; layer < 3; ++layer) {
    Matrix& up = b.at(role::kUp, {layer, -1, false});
    for (std::uint64_t r = 0; r < up.rows; r += 2) {
      for (std::uint64_t i = 0; i < up.columns; ++i) up.values[r * up.columns + i] *= -1;
    }
  }
  const Comparison c = compare({"unit-matching"}, a, b);
  EXPECT_LT(c.outcome.findings[1].log10_p, -300);
}

TEST(UnitMatching, DoesNotSeeShuffledUnits) {
  const ToyModel a("a", 1);
  const Comparison c = compare({"unit-matching"}, a, a.as("b").permuted(3));
  for (const Finding& finding : c.outcome.findings) EXPECT_GT(finding.log10_p, -3);
}

TEST(UnitMatching, AbstainsOnConstantRows) {
  ToyModel a("a", 1), b("b", 2);
  for (ToyModel* model : {&a, &b}) {
    for (std::int64_t layer = 0; layer < 3; ++layer) {
      for (const std::string_view role : {role::kGate, role::kUp}) {
        for (float& x : model->at(role, {layer, -1, false}).values) x = 1;
      }
    }
  }
  EXPECT_TRUE(compare({"unit-matching"}, a, b).outcome.findings.empty());
}

TEST(UnitMatching, JoinedLayersOfTheReferenceCountOnce) {
  const ToyModel a = ToyModel("a", 1).relayered({0, 1, 2, 1, 2}).trained(0.1, 3);
  const ToyModel b = a.as("b").trained(0.1, 9);
  const Comparison c = compare({"unit-matching"}, a, b);
  EXPECT_EQ(c.outcome.findings[0].units, 3u * 96);
}

TEST(UnitMatching, MlpsThatHoldCopiesOfTheirUnitsSayNothingOfOrder) {
  const ToyModel a = ToyModel("a", 1).unitsCloned(2).trained(0.3, 4);
  const ToyModel b = ToyModel("b", 2).unitsCloned(2).trained(0.3, 5);
  EXPECT_TRUE(compare({"unit-matching"}, a, b).outcome.findings.empty());
}

TEST(ResidualDims, FindsNormsThatWereKeptAlone) {
  const ToyModel a("a", 1);
  ToyModel b("b", 2);
  for (std::int64_t layer = 0; layer < 3; ++layer) {
    for (const std::string_view role : {role::kAttentionNorm, role::kMlpNorm}) {
      b.at(role, {layer, -1, false}) = a.matrix(role, {layer, -1, false});
    }
  }
  const Comparison c = compare({"residual-dims", "sign-test"}, a, b);
  const Finding* finding = c.find("residual-dim");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->test, "residual-dims");
  EXPECT_LT(finding->log10_p, -30);
  EXPECT_GT(c.log10P("mlp-unit"), -4);
}

TEST(ResidualDims, AbstainsOnNormsOfOnes) {
  ToyModel a("a", 1), b("b", 2);
  a.rotated(1);  // leaves ones behind
  b.rotated(2);
  EXPECT_TRUE(compare({"residual-dims"}, a, b).outcome.findings.empty());
}

TEST(ResidualDims, CountsLayersFromEitherEndWhereDepthsDiffer) {
  const ToyModel a("a", 1);
  const ToyModel b = a.as("b").relayered({1, 2});
  const Comparison c = compare({"residual-dims"}, a, b);
  ASSERT_EQ(c.outcome.findings.size(), 2u);
  EXPECT_THAT(c.outcome.findings[1].null, HasSubstr("from the end"));
  EXPECT_LT(c.outcome.findings[1].log10_p, -30);
}

TEST(ExpertMatching, FindsExpertsInTheirOrder) {
  ToyShape shape = mixture();
  shape.experts = 12;
  const ToyModel a("a", 1, shape);
  const Comparison c = compare({"expert-matching"}, a, a.as("b").trained(0.3, 9));
  ASSERT_EQ(c.outcome.findings.size(), 1u);
  EXPECT_EQ(c.outcome.findings[0].statistic, 36);
  EXPECT_LT(c.outcome.findings[0].log10_p, -20);
}

TEST(ExpertMatching, IsSilentWithoutRouters) {
  EXPECT_TRUE(
      compare({"expert-matching"}, ToyModel("a", 1), ToyModel("b", 2)).outcome.findings.empty());
}

TEST(HeadMatching, FindsHeadsInTheirOrder) {
  ToyShape shape;
  shape.heads = shape.kv_heads = 6;
  shape.head_dim = shape.rotary_dim = 8;
  const ToyModel a("a", 1, shape);
  const Comparison c = compare({"head-matching"}, a, a.as("b").trained(0.3, 9));
  ASSERT_EQ(c.outcome.findings.size(), 1u);
  EXPECT_EQ(c.outcome.findings[0].units, 18u);
  EXPECT_LT(c.outcome.findings[0].log10_p, -7);
}

}  // namespace
