// What a verdict says where only a part of two models is equal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/verdict.hpp"

namespace kindred::evidence {
namespace {

using testing::HasSubstr;
using testing::Not;

Coverage equalNorms() {
  Coverage coverage;
  coverage.tensors_a = coverage.tensors_b = 20;
  coverage.components["norms"].equal = 5;
  coverage.components["MLP"].changed = 15;
  coverage.shared_known = {5, 320};
  return coverage;
}

Adjusted telling(const char* gauge, double log10_p, double floor) {
  Adjusted entry;
  entry.finding.test = "sign-test";
  entry.finding.gauge = gauge;
  entry.finding.basis = Basis::exact;
  entry.finding.log10_p_floor = floor;
  entry.log10_p = log10_p;
  return entry;
}

// Found nothing, and could have.
Adjusted inVain() { return telling("mlp-unit", 0, -300); }

TEST(Judge, SaysThatTheRestWasNotTestedWhereNoTestRan) {
  const Verdict verdict = judge("a", "b", {}, equalNorms());
  EXPECT_EQ(verdict.klass, Class::partial) << "norms alone";
  EXPECT_THAT(verdict.sentence, HasSubstr("5 tensors (norms) of 320 elements"));
  EXPECT_THAT(verdict.sentence, HasSubstr("No test of other tensors could have found anything"));
  EXPECT_THAT(verdict.sentence, Not(HasSubstr("no evidence")));
}

TEST(Judge, SaysThatTestsOfTheRestFoundNothing) {
  const Verdict verdict = judge("a", "b", {inVain()}, equalNorms());
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
  const Verdict verdict = judge("a", "b", {inVain(), alike(13, -2.02, true)}, changed());
  EXPECT_EQ(verdict.klass, Class::shared_weights_calibrated);
  EXPECT_THAT(verdict.sentence, HasSubstr("more alike than the controls, no more"));
  EXPECT_THAT(verdict.sentence, HasSubstr("c (the same weights as a)"));
}

TEST(Judge, LeavesOpenWhatFewerControlsOrALargerPValueSay) {
  EXPECT_EQ(judge("a", "b", {inVain(), alike(12, -2.02, true)}, changed()).klass,
            Class::inconclusive);
  EXPECT_EQ(judge("a", "b", {inVain(), alike(13, -1.9, true)}, changed()).klass,
            Class::inconclusive);
}

TEST(Judge, HoldsBackAPairThatIsNoMoreAlikeThanStrangersOfOneRecipe) {
  const Verdict verdict = judge("a", "b", {inVain(), alike(20, -2.3, false)}, changed());
  EXPECT_EQ(verdict.klass, Class::no_evidence);
  EXPECT_THAT(verdict.sentence, HasSubstr("strangers of one recipe"));
}

TEST(Judge, SaysWhereAVerdictRestsOnAnUnverifiedAssumption) {
  Adjusted entry = inVain();
  entry.finding.basis = Basis::unverified;
  for (const double log10_p : {0.0, -40.0}) {
    entry.log10_p = log10_p;
    EXPECT_TRUE(judge("a", "b", {entry}, changed()).unverified);
  }
  EXPECT_FALSE(judge("a", "b", {inVain()}, changed()).unverified);
}

TEST(Judge, CallsNothingSharedInPartWhereTheOtherTestsWereTooSmallToFindAnything) {
  const Adjusted stream = telling("residual-dim", -40, -80), small = telling("mlp-unit", 0, -4);
  EXPECT_EQ(judge("a", "b", {stream, small}, {}).klass, Class::shared_weights);
  EXPECT_EQ(judge("a", "b", {stream, inVain()}, {}).klass, Class::partial);
}

TEST(Judge, NeverSaysThatSharedWeightsWereFoundBesideNoEvidence) {
  Coverage coverage = equalNorms();
  coverage.shared_known = {};
  coverage.shared_unknown = {1, 512};  // a table that nothing recognised
  const Verdict verdict = judge("a", "b", {inVain()}, coverage);
  EXPECT_EQ(verdict.klass, Class::no_evidence);
  EXPECT_THAT(verdict.power, Not(HasSubstr("shared weights were found")));
}

TEST(Judge, TakesEqualBytesOfManyElementsForEvidenceWhateverTheTensorsAreCalled) {
  Coverage coverage;
  coverage.tensors_a = coverage.tensors_b = 7;
  coverage.elements_a = coverage.elements_b = 120'000;
  coverage.components["other"].equal = 6;
  coverage.components["other"].changed = 1;
  coverage.shared_unknown = {6, 90'000};
  const Verdict verdict = judge("a", "b", {}, coverage);
  EXPECT_EQ(verdict.klass, Class::shared_weights);
  EXPECT_THAT(verdict.sentence, HasSubstr("6 tensors (other) of 90,000 elements"));
  // A test whose assumption nobody checked does not make bytes any less equal.
  Adjusted content = inVain();
  content.finding.basis = Basis::unverified;
  content.log10_p = -40;
  const Verdict both = judge("a", "b", {content}, coverage);
  EXPECT_EQ(both.klass, Class::shared_weights);
  EXPECT_FALSE(both.unverified);
  EXPECT_THAT(both.sentence, HasSubstr("6 tensors (other) of 90,000 elements"));
  coverage.shared_unknown = {1, 20'000};  // random features of a default seed, a table of sines
  EXPECT_EQ(judge("a", "b", {}, coverage).klass, Class::untestable);
}

TEST(Judge, SaysOfAPairThatWasInterruptedWhatWasNotRun) {
  Coverage coverage = equalNorms();
  coverage.shared_known = {};
  coverage.ran = Ran::not_at_all;
  EXPECT_EQ(judge("a", "b", {}, coverage).klass, Class::not_run);
  coverage.ran = Ran::in_part;
  EXPECT_EQ(judge("a", "b", {}, coverage).klass, Class::not_run);
  EXPECT_EQ(judge("a", "b", {inVain()}, coverage).klass, Class::inconclusive);
  EXPECT_EQ(judge("a", "b", {telling("mlp-unit", -40, -80)}, coverage).klass,
            Class::shared_weights);
}

TEST(Judge, CallsIdenticalOnlyWhatWasReadAndDoesNotDiffer) {
  Coverage coverage = equalNorms();
  coverage.identity.known = true;
  EXPECT_EQ(judge("a", "b", {}, coverage).klass, Class::identical);
  coverage.components["MLP"] = {};
  coverage.identity.differing = 1;
  coverage.identity.differences = {"lm_head.weight is only in b"};
  const Verdict verdict = judge("a", "b", {}, coverage);
  EXPECT_EQ(verdict.klass, Class::partial);
  EXPECT_THAT(verdict.sentence,
              HasSubstr("Not identical, 1 difference: lm_head.weight is only in b."));
}

Adjusted tossed(const std::string& gauge, double log10_p, const Likeness& likeness) {
  Adjusted entry;
  entry.finding.test = "sign-test";
  entry.finding.gauge = gauge;
  entry.finding.reference = "a";
  entry.finding.basis = Basis::exact;
  entry.finding.likeness = likeness;
  entry.log10_p = log10_p;
  return entry;
}

Likeness sized(double matched, double agreement, double least) {
  return {1000, 128, matched, 0.8, 0, Likeness::Agreement{agreement, 0.02, least}};
}

TEST(Judge, TellsFourCasesOfSignsAndSizesApart) {
  const auto klass = [](double log10_p, const Likeness& likeness) {
    return judge("a", "b", {tossed("mlp-unit", log10_p, likeness)}, changed()).klass;
  };
  EXPECT_EQ(klass(0, sized(0.8, 0, 0)), Class::no_evidence);
  EXPECT_EQ(klass(-300, sized(9, 2.9, 1.9)), Class::shared_weights);
  EXPECT_EQ(klass(-300, sized(0.8, 0.8, 1.9)), Class::arranged);
  EXPECT_EQ(klass(0, sized(9, 0, 0)), Class::inconclusive);
  // Weak kin: a little more alike than strangers, and signs that agree as little.
  EXPECT_EQ(klass(-20, sized(1.0, 0.6, 0.5)), Class::shared_weights);
  // No more alike than strangers, though signs agree: a tiny share, or signs that are not fair.
  EXPECT_EQ(klass(-20, sized(0.82, 0.2, 0.15)), Class::inconclusive);
}

TEST(Judge, RowsThatAreAlikeInOneGaugeSpeakForAll) {
  const Verdict verdict = judge("a", "b",
                                {tossed("residual-dim", -30, sized(0.8, 0.8, 1.9)),
                                 tossed("mlp-unit", -300, sized(9, 2.9, 1.9))},
                                changed());
  EXPECT_EQ(verdict.klass, Class::shared_weights);
  EXPECT_THAT(verdict.sentence, HasSubstr("is 0.80, "));
  EXPECT_THAT(verdict.sentence, HasSubstr("0, 42, 1234"));
  EXPECT_THAT(verdict.sentence, HasSubstr("chosen by somebody who had the other"));
}

// A stream can be turned as a whole to fit another's embedding.
TEST(Judge, CoordinatesThatAreAlikeDoNotSpeakForUnits) {
  Adjusted stream = tossed("residual-dim", -30, sized(9, 2.9, 1.9));
  const Adjusted units = tossed("mlp-unit", -300, sized(0.8, 0.8, 1.9));
  EXPECT_EQ(judge("a", "b", {stream, units}, changed()).klass, Class::arranged);
  EXPECT_EQ(judge("a", "b", {stream}, changed()).klass, Class::shared_weights);
}

// Planted rows: a few that are equal among many that are strangers'.
TEST(Judge, CopiesOfAFewRowsArePartOfAModelAndNotArranged) {
  Likeness planted = sized(1.9, 0.8, 1.9);
  planted.median = 0.68;
  const auto klass = [&](std::uint64_t copies) {
    planted.clear = copies;
    Adjusted units = tossed("mlp-unit", -30, planted);
    units.finding.units = 1000;
    units.finding.statistic = 600;
    units.finding.by_layer = {{0, 1000, 600}};
    return judge("a", "b", {units}, changed()).klass;
  };
  EXPECT_EQ(klass(64), Class::partial);
  EXPECT_EQ(klass(3), Class::arranged);
}

TEST(Judge, RowsThatMayHaveBeenTurnedToFitAreArranged) {
  Likeness turned = sized(7, 2.9, 1.9);
  turned.turned = 7;
  EXPECT_EQ(judge("a", "b", {tossed("value-dim", -300, turned)}, changed()).klass, Class::arranged);
  turned.matched = 11;
  EXPECT_EQ(judge("a", "b", {tossed("value-dim", -300, turned)}, changed()).klass,
            Class::shared_weights);
}

TEST(Judge, RowsThatWereTurnedLeaveWeakKinToUnits) {
  Likeness turned = sized(7, 2.9, 1.9);
  turned.turned = 7;
  const Adjusted weak = tossed("mlp-unit", -20, sized(1.0, 0.6, 0.5));
  EXPECT_EQ(judge("a", "b", {tossed("value-dim", -300, turned), weak}, changed()).klass,
            Class::shared_weights);
}

TEST(Judge, AnOrderThatTheRowsDoNotBearOutIsArranged) {
  Adjusted order = tossed("mlp-unit", -2000, {1000, 128, 2.9, 2.8});
  order.finding.test = "unit-matching";
  EXPECT_EQ(judge("a", "b", {order}, changed()).klass, Class::arranged);
  order.finding.likeness->matched = 9;
  EXPECT_EQ(judge("a", "b", {order}, changed()).klass, Class::shared_weights);
}

TEST(Judge, AnOrderOfExpertsAloneIsAPart) {
  Adjusted experts = tossed("expert", -17, {});
  experts.finding.likeness.reset();
  Adjusted ups = tossed("mlp-unit", 0, sized(0.9, 0, 0));
  ups.finding.log10_p_floor = -200;
  const Verdict verdict = judge("a", "b", {experts, ups}, changed());
  EXPECT_EQ(verdict.klass, Class::partial);
  EXPECT_THAT(verdict.sentence, HasSubstr("where experts, heads or coordinates stand is rejected"));
}

TEST(Judge, TellsTheSizesOfTheRowsThatDecide) {
  Adjusted order = tossed("mlp-unit", -2000, {1000, 128, 8.5, 2.8});
  order.finding.test = "unit-matching";
  const Verdict verdict =
      judge("a", "b", {order, tossed("rotary-pair", 0, sized(0.9, 0, 0))}, changed());
  EXPECT_THAT(verdict.sentence,
              HasSubstr("(units of the MLP) is 0.75, the most that another order of them"));
}

TEST(Judge, NamesPartsInWhichNothingWasFoundThoughTheyCouldBeTested) {
  Adjusted ups = tossed("mlp-unit", -300, sized(9, 2.9, 1.9));
  ups.finding.power = Power{"mlp.up", "mlp.gate", 0.03, 0.4, true};
  Adjusted values = tossed("value-dim", 0, sized(0.9, 0, 0));
  values.finding.power = Power{"attention.v", "", {}, 0.4, true, true};
  values.finding.log10_p_floor = -60;
  const Verdict verdict = judge("a", "b", {ups, values}, changed());
  EXPECT_EQ(verdict.klass, Class::shared_weights);
  EXPECT_THAT(verdict.sentence,
              HasSubstr("Not in all parts: signs of attention (v) are at chance"));
}

TEST(Judge, PointsToControlsWhereSignsWereDrawnAnew) {
  const Verdict verdict = judge("a", "b", {tossed("mlp-unit", 0, sized(9, 0, 0))}, changed());
  EXPECT_THAT(verdict.sentence, HasSubstr("drawn anew"));
  EXPECT_THAT(verdict.sentence, HasSubstr("--control"));
}

// A test of the order of units, whose rows are so many times as alike as under another order.
Adjusted ordered(double times) {
  Adjusted entry = telling("mlp-unit", 0, -300);
  entry.finding.units = 176;
  entry.finding.likeness = Likeness{176, 128, 3 * times, 3};
  return entry;
}

TEST(Judge, PointsToControlsWhereUnitsWithoutSignsStandInAnotherOrder) {
  const Verdict verdict = judge("a", "b", {ordered(3.6)}, changed());
  EXPECT_EQ(verdict.klass, Class::inconclusive);
  EXPECT_THAT(verdict.sentence, HasSubstr("put in another order"));
  EXPECT_THAT(verdict.sentence, HasSubstr("is 0.95, "));
  EXPECT_THAT(verdict.sentence, HasSubstr("--control"));
}

TEST(Judge, SaysThatShuffledUnitsWithoutSignsWouldNotBeDecided) {
  const Verdict strangers = judge("a", "b", {ordered(1)}, changed());
  EXPECT_EQ(strangers.klass, Class::no_evidence);
  EXPECT_THAT(
      strangers.power,
      HasSubstr("units of MLPs without a gate (176) have an order and no signs: a copy in order "
                "would be found from a row correlation of about 0.27"));
  Adjusted signs = tossed("mlp-unit", 0, sized(0.8, 0, 0));
  signs.finding.units = 2816;
  signs.finding.power = Power{"mlp.up", "mlp.gate", 0.0273, 0.41, false};
  const Verdict gated = judge("a", "b", {ordered(3.6), signs}, changed());
  EXPECT_EQ(gated.klass, Class::no_evidence);
  EXPECT_THAT(gated.power, Not(HasSubstr("without a gate")));
}

TEST(Judge, PowerNamesWhatWasTossedAndWhatGaveNoCoin) {
  Adjusted entry = tossed("mlp-unit", 0, sized(0.8, 0, 0));
  entry.finding.units = 2816;
  entry.finding.power = Power{"mlp.up", "mlp.gate", 0.0273, 0.41, false};
  const Verdict verdict = judge("a", "b", {entry}, changed(), {{"value-dim", "keys tell them"}});
  for (const char* part : {"mlp.up (2816 coins", "0.0273 where mlp.gate shows",
                           "0.41 by these rows alone", "read in part", "other rows were not tossed",
                           "no coin of gauge value-dim: keys tell them"}) {
    EXPECT_THAT(verdict.power, HasSubstr(part));
  }
}

}  // namespace
}  // namespace kindred::evidence
