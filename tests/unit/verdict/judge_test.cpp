// What a verdict says where only a part of two models is equal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "verdict/verdict.hpp"

namespace kindred::verdict {
namespace {

using testing::HasSubstr;
using testing::Not;

Coverage equalNorms() {
  Coverage coverage;
  coverage.tensors_a = coverage.tensors_b = 20;
  coverage.components["norms"].equal = 5;
  coverage.components["MLP"].changed = 15;
  return coverage;
}

Adjusted untelling() {
  Adjusted entry;
  entry.finding.test = "sign-test";
  entry.finding.gauge = "mlp-unit";
  entry.finding.basis = Basis::exact;
  return entry;
}

TEST(Judge, SaysThatTheRestWasNotTestedWhereNoTestRan) {
  const Verdict verdict = judge("a", "b", {}, equalNorms());
  EXPECT_EQ(verdict.klass, Class::partial);
  EXPECT_THAT(verdict.sentence, HasSubstr("No test of the others was run"));
  EXPECT_THAT(verdict.sentence, Not(HasSubstr("no evidence")));
}

TEST(Judge, SaysThatTestsOfTheRestFoundNothing) {
  const Verdict verdict = judge("a", "b", {untelling()}, equalNorms());
  EXPECT_EQ(verdict.klass, Class::partial);
  EXPECT_THAT(verdict.sentence, HasSubstr("In the other tested tensors no evidence"));
}

// A score far above all controls' pairs.
Adjusted alike(std::uint64_t controls, double log10_p, bool large) {
  Adjusted entry;
  entry.finding.test = "gram";
  entry.finding.gauge = "none";
  entry.finding.basis = Basis::calibrated;
  entry.finding.assumptions = "they are exchangeable with the controls";
  entry.finding.statistic = 0.6;
  entry.finding.beyond_strangers = 0.1;
  entry.finding.controls = Controls{.models = controls,
                                    .pairs = (controls + 1) * (controls + 2) / 2 - 1,
                                    .largest = 0.02,
                                    .clear = true,
                                    .large = large,
                                    .left_out = {"c (the same weights as a)"}};
  entry.log10_p = log10_p;
  return entry;
}

Coverage changed() {
  Coverage coverage;
  coverage.tensors_a = coverage.tensors_b = 20;
  coverage.components["MLP"].changed = 20;
  return coverage;
}

TEST(Judge, CallsAPairMoreAlikeThanThirteenControlsAtOneInAHundred) {
  const Verdict verdict = judge("a", "b", {untelling(), alike(13, -2.02, true)}, changed());
  EXPECT_EQ(verdict.klass, Class::shared_weights_calibrated);
  EXPECT_THAT(verdict.sentence, HasSubstr("more alike than the controls, no more"));
  EXPECT_THAT(verdict.sentence, HasSubstr("c (the same weights as a)"));
}

TEST(Judge, LeavesOpenWhatFewerControlsOrALargerPValueSay) {
  EXPECT_EQ(judge("a", "b", {untelling(), alike(12, -2.02, true)}, changed()).klass,
            Class::inconclusive);
  EXPECT_EQ(judge("a", "b", {untelling(), alike(13, -1.9, true)}, changed()).klass,
            Class::inconclusive);
}

TEST(Judge, HoldsBackAPairThatIsNoMoreAlikeThanStrangersOfOneRecipe) {
  const Verdict verdict = judge("a", "b", {untelling(), alike(20, -2.3, false)}, changed());
  EXPECT_EQ(verdict.klass, Class::no_evidence);
  EXPECT_THAT(verdict.sentence, HasSubstr("strangers of one recipe"));
}

TEST(Judge, SaysWhereAVerdictRestsOnAnUnverifiedAssumption) {
  Adjusted entry = untelling();
  entry.finding.basis = Basis::unverified;
  for (const double log10_p : {0.0, -40.0}) {
    entry.log10_p = log10_p;
    EXPECT_TRUE(judge("a", "b", {entry}, changed()).unverified);
  }
  EXPECT_FALSE(judge("a", "b", {untelling()}, changed()).unverified);
}

}  // namespace
}  // namespace kindred::verdict
