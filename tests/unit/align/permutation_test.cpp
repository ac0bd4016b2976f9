// The permutation tests with the aligner, from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/alignment/comparison.hpp"
#include "support/alignment/toy_model.hpp"

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

std::vector<Gauge> refused(const Comparison& comparison,
                           const std::string& why = "sorted, or repeats itself") {
  std::vector<Gauge> gauges;
  for (const align::Refusal& refusal : comparison.outcome.refusals) {
    EXPECT_THAT(refusal.reason, HasSubstr(why));
    gauges.push_back(refusal.gauge);
  }
  return gauges;
}

TEST(PermutationTests, RefuseUnitsThatWereSorted) {
  const ToyModel sorted = ToyModel("a", 1).unitsSorted(), plain("b", 2);
  const std::vector<std::string> tests{"unit-matching", "aligned-permutation"};
  const std::vector<Gauge> units(2, Gauge::mlp_unit);
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
  const std::vector<Gauge> coordinates{Gauge::residual_dim};
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
  const std::vector<Gauge> coordinates{Gauge::residual_dim};
  EXPECT_EQ(refused(compare({"residual-dims"}, a, ToyModel("b", 2, shape))), coordinates);
}

TEST(PermutationTests, RefuseCoordinatesThatRepeatThemselves) {
  const auto make = [](std::uint64_t seed) {
    return ToyModel("m" + std::to_string(seed), seed).widthCloned(2);
  };
  const std::vector<Gauge> coordinates{Gauge::residual_dim};
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
  const std::vector<Gauge> gauges{Gauge::expert, Gauge::kv_group};
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
  const std::vector<Gauge> experts{Gauge::expert};
  EXPECT_EQ(refused(compare({"expert-matching"}, withIdentity("a", 1), withIdentity("b", 2)),
                    "stand where that table has them"),
            experts);
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
  GaugeGrant gauge(std::string_view, unsigned, Gauge) const override {
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
  EXPECT_EQ(c.outcome.refusals.size(), 13u);
  for (const align::Refusal& refusal : c.outcome.refusals) {
    EXPECT_THAT(refusal.reason, HasSubstr("each row has a frequency of its own"));
  }
}

}  // namespace
