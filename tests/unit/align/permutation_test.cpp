// The permutation tests with the aligner, from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "comparison.hpp"
#include "toy_model.hpp"

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

std::vector<std::string> refused(const Comparison& comparison,
                                 const std::string& why = "sorted, or repeats itself") {
  std::vector<std::string> gauges;
  for (const align::Refusal& refusal : comparison.outcome.refusals) {
    EXPECT_THAT(refusal.reason, HasSubstr(why));
    gauges.push_back(refusal.gauge);
  }
  return gauges;
}

TEST(PermutationTests, RefuseUnitsThatWereSorted) {
  const ToyModel sorted = ToyModel("a", 1).unitsSorted(), plain("b", 2);
  const std::vector<std::string> tests{"unit-matching", "aligned-permutation"};
  const std::vector<std::string> units(2, "mlp-unit");
  EXPECT_EQ(refused(compare(tests, sorted, plain)), units);
  EXPECT_EQ(refused(compare(tests, plain, sorted)), units);
  EXPECT_TRUE(refused(compare(tests, plain, ToyModel("c", 3))).empty());
}

TEST(PermutationTests, RefuseCoordinatesThatWereSorted) {
  ToyModel a("a", 1);
  for (std::int64_t layer = 0; layer < 3; ++layer) {
    std::vector<float>& gains = a.at(role::kMlpNorm, {layer, -1, false}).values;
    std::sort(gains.begin(), gains.end());
  }
  const std::vector<std::string> coordinates{"residual-dim"};
  EXPECT_EQ(refused(compare({"residual-dims"}, a, ToyModel("b", 2))), coordinates);
}

TEST(PermutationTests, RefuseCoordinatesThatFollowTheirNumberALittleInEveryNorm) {
  ToyShape shape;
  shape.layers = 6;
  ToyModel a("a", 1, shape);
  for (std::int64_t layer = 0; layer < 6; ++layer) {
    for (const std::string_view role : {role::kAttentionNorm, role::kMlpNorm}) {
      std::vector<float>& gains = a.at(role, {layer, -1, false}).values;
      for (std::size_t c = 0; c < gains.size(); ++c) gains[c] -= 0.003f * static_cast<float>(c);
    }
  }
  const std::vector<std::string> coordinates{"residual-dim"};
  EXPECT_EQ(refused(compare({"residual-dims"}, a, ToyModel("b", 2, shape))), coordinates);
}

TEST(PermutationTests, RefuseCoordinatesThatRepeatThemselves) {
  const auto make = [](std::uint64_t seed) {
    return ToyModel("m" + std::to_string(seed), seed).widthCloned(2);
  };
  const std::vector<std::string> coordinates{"residual-dim"};
  EXPECT_EQ(refused(compare({"residual-dims"}, make(1), make(2))), coordinates);
}

TEST(PermutationTests, RefuseExpertsAndHeadsThatWereSorted) {
  ToyShape shape;
  shape.experts = 12;
  shape.units = 8;
  shape.kv_heads = shape.heads = 8;
  shape.head_dim = shape.rotary_dim = 6;
  shape.layers = 6;
  ToyModel a("a", 1, shape);
  for (std::int64_t layer = 0; layer < 6; ++layer) {
    for (const std::string_view role : {role::kRouter, role::kKey, role::kValue}) {
      Matrix& matrix = a.at(role, {layer, -1, false});
      for (std::size_t i = 0; i < matrix.values.size(); ++i) {
        matrix.values[i] *= 1 + static_cast<float>(i / matrix.columns) / 24;
      }
    }
  }
  const std::vector<std::string> gauges{"expert", "kv-group"};
  EXPECT_EQ(refused(compare({"expert-matching", "head-matching"}, a, ToyModel("b", 2, shape))),
            gauges);
}

// Every model whose routers begin so has its experts in one order.
TEST(PermutationTests, RefuseExpertsWhoseRouterBeganAsATable) {
  const auto withIdentity = [](std::string name, std::uint64_t seed) {
    ToyShape shape = mixture();
    shape.experts = 12;
    ToyModel model(std::move(name), seed, shape);
    for (std::int64_t layer = 0; layer < 3; ++layer) {
      Matrix& router = model.at(role::kRouter, {layer, -1, false});
      for (std::uint64_t e = 0; e < router.rows; ++e) {
        double square = 0;
        for (std::uint64_t c = 0; c < router.columns; ++c) {
          const double x = router.values[e * router.columns + c];
          square += x * x;
        }
        router.values[e * router.columns + e] += 2 * static_cast<float>(std::sqrt(square));
      }
    }
    return model;
  };
  const std::vector<std::string> experts{"expert"};
  EXPECT_EQ(refused(compare({"expert-matching"}, withIdentity("a", 1), withIdentity("b", 2)),
                    "stand where that table has them"),
            experts);
}

TEST(UnitMatching, MlpsThatHoldCopiesOfTheirUnitsSayNothingOfOrder) {
  const ToyModel a = ToyModel("a", 1).unitsCloned(2).trained(0.3, 4);
  const ToyModel b = ToyModel("b", 2).unitsCloned(2).trained(0.3, 5);
  EXPECT_TRUE(compare({"unit-matching"}, a, b).outcome.findings.empty());
}

TEST(PermutationTests, StayAboveTheirNullOnIndependentModels) {
  const std::vector<std::string> tests{"unit-matching", "residual-dims", "expert-matching",
                                       "head-matching", "aligned-permutation"};
  int below = 0, count = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const Comparison c =
        compare(tests, ToyModel("a", seed, mixture()), ToyModel("b", seed + 100, mixture()));
    for (const Finding& finding : c.outcome.findings) {
      ++count;
      if (finding.log10_p < std::log10(0.05)) ++below;
      EXPECT_GT(finding.log10_p, -3.5) << finding.test << ": " << finding.null;
      EXPECT_LE(finding.log10_p, 0);
    }
  }
  EXPECT_GE(count, 6 * 7);
  EXPECT_LE(below, count / 8);
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

TEST(AlignedPermutation, ReachesItsFloorOnACopyAndSaysItsMoments) {
  const ToyModel a("a", 1);
  const Comparison c = compare({"aligned-permutation"}, a, a.as("b").trained(0.3, 9));
  ASSERT_EQ(c.outcome.findings.size(), 1u);
  const Finding& finding = c.outcome.findings[0];
  EXPECT_DOUBLE_EQ(finding.log10_p, -3);
  EXPECT_DOUBLE_EQ(finding.log10_p_floor, -3);
  EXPECT_GT(finding.statistic, 0.9);
  EXPECT_GT(finding.details.at("z"), 30);
}

// An architecture that grants no order to units (as none does to key rows under rotary embedding).
class Ordered final : public ModelWeights {
 public:
  explicit Ordered(const ToyModel& model) : model_(model) {}
  const std::string& model() const override { return model_.model(); }
  const std::string& architecture() const override { return model_.architecture(); }
  const ModelShape& shape() const override { return model_.shape(); }
  const std::vector<Place>& mlps() const override { return model_.mlps(); }
  const std::vector<std::string>& tokens() const override { return model_.tokens(); }
  std::uint64_t rows(std::string_view role, const Place& place) const override {
    return model_.rows(role, place);
  }
  Matrix matrix(std::string_view role, const Place& place,
                std::span<const std::uint32_t> rows) const override {
    return model_.matrix(role, place, rows);
  }
  GaugeGrant gauge(std::string_view, unsigned, std::string_view) const override {
    return {false, false, "each row has a frequency of its own"};
  }
  std::string asymmetry(std::string_view, const Place&) const override { return {}; }

 private:
  const ToyModel& model_;
};

TEST(PermutationTests, AreRefusedWithTheReasonOnAnAxisWithoutTheGauge) {
  const ToyModel a("a", 1), b("b", 2);
  const Comparison c = compare({"unit-matching", "residual-dims", "expert-matching",
                                "head-matching", "aligned-permutation", "sign-test"},
                               Ordered(a), Ordered(b));
  EXPECT_TRUE(c.outcome.findings.empty());
  EXPECT_EQ(c.outcome.refusals.size(), 12u);
  for (const align::Refusal& refusal : c.outcome.refusals) {
    EXPECT_THAT(refusal.reason, HasSubstr("each row has a frequency of its own"));
  }
}

}  // namespace
