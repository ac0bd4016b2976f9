#include "align/guard.hpp"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "align/session.hpp"
#include "support/alignment/toy_model.hpp"

namespace {

using namespace kindred;
using align::notBlind;
using align::notGranted;
using testing::HasSubstr;

const GaugeUse kRotarySigns{Gauge::rotary_pair, GaugeUse::Of::signs, "attention.k", 0};
const GaugeUse kUnitOrder{Gauge::mlp_unit, GaugeUse::Of::order, "mlp.gate", 0};

Alignment reading(std::string role, unsigned axis, bool signs, bool order) {
  Alignment alignment;
  alignment.readings.push_back({std::move(role), axis, signs, order, "rotation"});
  return alignment;
}

TEST(Guard, RefusesAnAlignmentThatReadTheCoinsOwnSigns) {
  const test::ToyModel model("a", 1);
  const auto reason = notBlind(model, kRotarySigns, reading("attention.q", 0, true, true));
  ASSERT_TRUE(reason.has_value());
  EXPECT_THAT(*reason, HasSubstr("attention.q"));
  EXPECT_THAT(*reason, HasSubstr("rotary-pair"));
}

TEST(Guard, LetsMagnitudesOfTheCoinsPass) {
  const test::ToyModel model("a", 1);
  EXPECT_FALSE(notBlind(model, kRotarySigns, reading("attention.k", 0, false, true)));
}

TEST(Guard, LetsOtherGaugesPass) {
  const test::ToyModel model("a", 1);
  EXPECT_FALSE(notBlind(model, kRotarySigns, reading("attention.v", 0, true, true)));
  EXPECT_FALSE(notBlind(model, kRotarySigns, reading("attention.k", 1, true, true)));
}

TEST(Guard, RefusesAnAlignmentThatReadTheOrderThatDecides) {
  const test::ToyModel model("a", 1);
  EXPECT_TRUE(notBlind(model, kUnitOrder, reading("mlp.up", 0, false, true)));
  EXPECT_FALSE(notBlind(model, kUnitOrder, reading("mlp.gate", 0, true, false)));
}

TEST(Guard, RefusesAnyReadingOfTheResidualStreamForItsOwnCoins) {
  const test::ToyModel model("a", 1);
  const GaugeUse residual{Gauge::residual_dim, GaugeUse::Of::signs, "embedding", 1};
  EXPECT_TRUE(notBlind(model, residual, reading("mlp.gate", 1, true, true)));
  EXPECT_FALSE(notBlind(model, residual, reading("norm.mlp", 0, true, true)));
}

TEST(Guard, RefusesSignsOfGateRowsWithTheReason) {
  const test::ToyModel model("a", 1);
  const auto reason = notGranted(model, {Gauge::mlp_unit, GaugeUse::Of::signs, "mlp.gate", 0});
  ASSERT_TRUE(reason.has_value());
  EXPECT_THAT(*reason, HasSubstr("SiLU is not odd"));
  EXPECT_THAT(*reason, HasSubstr("toy"));
}

TEST(Guard, GrantsWhatTheArchitectureGrants) {
  const test::ToyModel model("a", 1);
  EXPECT_FALSE(notGranted(model, kRotarySigns));
  EXPECT_FALSE(notGranted(model, kUnitOrder));
}

// A test that would accuse anybody, and an aligner that looked where it must not.
class Accuser final : public MatrixTest {
 public:
  explicit Accuser(GaugeUse use) : use_(std::move(use)) {}
  std::vector<GaugeUse> uses() const override { return {use_}; }
  std::vector<Finding> run(const MatrixTask&) const override {
    Finding finding;
    finding.log10_p = -100;
    return {finding};
  }

 private:
  GaugeUse use_;
};

class Peeking final : public PairAlignment {
 public:
  const Alignment& blindTo(const GaugeUse&) override { return alignment_; }

 private:
  Alignment alignment_ = reading("attention.k", 0, true, true);
};

class PlainProfile final : public ModelProfile {
 public:
  explicit PlainProfile(const ModelWeights& weights, double share = 0) : weights_(weights) {
    doubling_.share = share;
  }
  const ModelWeights& weights() const override { return weights_; }
  const Doubling& doubling() const override { return doubling_; }

 private:
  const ModelWeights& weights_;
  Doubling doubling_;
};

TEST(Session, RunsNoTestOnAnAlignmentThatIsNotBlind) {
  const test::ToyModel a("a", 1), b("b", 2);
  const PlainProfile of_a(a), of_b(b);
  const Accuser accuser(kRotarySigns);
  Peeking peeking;
  align::SelfTests self_tests;
  const align::Outcome outcome =
      align::runTests({{"accuser", &accuser}}, {of_a, of_b, peeking}, self_tests, 1);
  EXPECT_TRUE(outcome.findings.empty());
  ASSERT_EQ(outcome.refusals.size(), 1u);
  EXPECT_EQ(outcome.refusals[0].test, "accuser");
  EXPECT_THAT(outcome.refusals[0].reason, HasSubstr("attention.k"));
}

TEST(Session, NamesTestGaugeAndReadingsInEveryFinding) {
  const test::ToyModel a("a", 1), b("b", 2);
  const PlainProfile of_a(a), of_b(b);
  const Accuser accuser({Gauge::mlp_unit, GaugeUse::Of::signs, "mlp.up", 0});
  Peeking peeking;
  align::SelfTests self_tests;
  const align::Outcome outcome =
      align::runTests({{"accuser", &accuser}}, {of_a, of_b, peeking}, self_tests, 1);
  ASSERT_EQ(outcome.findings.size(), 1u);
  EXPECT_EQ(outcome.findings[0].test, "accuser");
  EXPECT_EQ(outcome.findings[0].gauge, "mlp-unit");
  EXPECT_THAT(outcome.findings[0].alignment, HasSubstr("attention.k (rotation)"));
}

TEST(Session, TakesTheLessDoubledModelAsReference) {
  const test::ToyModel a("a", 1), b("b", 2);
  EXPECT_TRUE(align::firstIsReference(PlainProfile(a, 0.1), PlainProfile(b, 0.5)));
  EXPECT_FALSE(align::firstIsReference(PlainProfile(a, 0.5), PlainProfile(b, 0.1)));
  EXPECT_TRUE(align::firstIsReference(PlainProfile(a), PlainProfile(b)));
}

TEST(Session, TakesTheModelWithoutAZeroPointAsReference) {
  const test::ToyModel a = test::ToyModel("a", 1).quantised("zero points");
  const test::ToyModel b("b", 2);
  EXPECT_FALSE(align::firstIsReference(PlainProfile(a), PlainProfile(b, 0.5)));
}

}  // namespace
