// What is left of a verdict where a beacon drew rows besides.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/verdict.hpp"

namespace kindred::evidence {
namespace {

using testing::HasSubstr;

constexpr bool kForeseen = false, kDrawn = true;

// Of rows as alike as such a p-value takes, wherever they show it.
Adjusted rows(const char* axis, double log10_p, bool drawn) {
  Adjusted entry;
  entry.finding.test = "sign-test";
  entry.finding.gauge = axis;
  entry.finding.reference = "a";
  entry.finding.basis = Basis::exact;
  entry.finding.log10_p_floor = -300;
  entry.finding.units = 400;
  entry.finding.statistic = log10_p < -6 ? 390 : 200;
  entry.finding.likeness = Likeness{400, 64, log10_p < -6 ? 7.0 : 0.8, 0.8, 0};
  if (log10_p < -6) entry.finding.likeness->agreement = {{7.0, 0.1, 2.0}};
  entry.log10_p = log10_p;
  entry.drawn = drawn;
  return entry;
}

Adjusted units(double log10_p, bool drawn) { return rows("mlp-unit", log10_p, drawn); }

Coverage some() {
  Coverage coverage;
  coverage.tensors_a = coverage.tensors_b = 20;
  return coverage;
}

Verdict judged(const std::vector<Adjusted>& findings, const Coverage& coverage = some()) {
  return judge("a", "b", findings, coverage);
}

TEST(BeaconVerdict, OfRowsThatCouldBeForeseenAloneIsOfAPart) {
  ASSERT_EQ(judged({units(-40, kForeseen)}).klass, Class::shared_weights);
  const Verdict verdict = judged({units(-40, kForeseen), units(-0.2, kDrawn)});
  EXPECT_EQ(verdict.klass, Class::partial);
  EXPECT_THAT(verdict.sentence, HasSubstr("do not show it"));
  EXPECT_THAT(verdict.sentence, HasSubstr("p <= 10^-0.2"));
}

TEST(BeaconVerdict, OfBothIsThatOfAll) {
  const Verdict verdict = judged({units(-40, kForeseen), units(-35, kDrawn)});
  EXPECT_EQ(verdict.klass, Class::shared_weights);
  EXPECT_EQ(verdict.log10_p, -40);
  EXPECT_THAT(verdict.beacon, HasSubstr("show it by themselves"));
}

TEST(BeaconVerdict, OfAnAxisThatDrawnRowsDoNotShowIsOfAPart) {
  const Verdict verdict = judged({units(-40, kForeseen), rows("value-dim", -20, kForeseen),
                                  units(-0.5, kDrawn), rows("value-dim", -12, kDrawn)});
  EXPECT_EQ(verdict.klass, Class::partial) << "layers that were drawn are among the planted ones";
  EXPECT_THAT(verdict.beacon, HasSubstr("not on mlp-unit"));
}

TEST(BeaconVerdict, OfAWeakCopyIsNoContradiction) {
  const Verdict verdict = judged({units(-8, kForeseen), rows("value-dim", -9, kForeseen),
                                  units(-4, kDrawn), rows("value-dim", -12, kDrawn)});
  EXPECT_EQ(verdict.klass, Class::shared_weights);
}

TEST(BeaconVerdict, OfDrawnRowsAloneStands) {
  const Verdict verdict = judged({units(-0.2, kForeseen), units(-35, kDrawn)});
  EXPECT_EQ(verdict.klass, Class::shared_weights);
}

TEST(BeaconVerdict, OfNeitherIsNoEvidenceAndSaysWhatWasDrawn) {
  const Verdict verdict = judged({units(-0.1, kForeseen), units(-0.2, kDrawn)});
  EXPECT_EQ(verdict.klass, Class::no_evidence);
  EXPECT_THAT(verdict.beacon, HasSubstr("p <= 10^-0.2"));
}

// Whoever makes a file can see to it that rows which nobody foresees can't be tested.
TEST(BeaconVerdict, WhereDrawnRowsCanTellNothingForeseenOnesSpeakOfAPart) {
  Adjusted few = units(-0.2, kDrawn);
  few.finding.log10_p_floor = -5.9;
  const Verdict verdict = judged({units(-40, kForeseen), few});
  EXPECT_EQ(verdict.klass, Class::partial);
  EXPECT_THAT(verdict.beacon, HasSubstr("decided nothing"));
  EXPECT_THAT(verdict.beacon, HasSubstr("planted"));
  EXPECT_EQ(judged({units(-0.1, kForeseen), few}).klass, Class::no_evidence);
  few.finding.log10_p_floor = -6;
  EXPECT_THAT(judged({units(-40, kForeseen), few}).beacon, HasSubstr("do not show it"));
}

TEST(BeaconVerdict, OfTheStreamAloneSpeaksOfNoUnits) {
  const Verdict verdict = judged({units(-40, kForeseen), rows("residual-dim", -30, kDrawn)});
  EXPECT_EQ(verdict.klass, Class::partial);
  EXPECT_THAT(verdict.beacon, HasSubstr("along the residual stream alone"));
  const Verdict both = judged(
      {units(-40, kForeseen), rows("residual-dim", -30, kDrawn), rows("value-dim", -12, kDrawn)});
  EXPECT_EQ(both.klass, Class::shared_weights);
}

TEST(BeaconVerdict, ThatDrewNothingSaysWhy) {
  Coverage coverage = some();
  coverage.undrawn = {"tests read both models whole"};
  const Verdict whole = judged({units(-40, kForeseen)}, coverage);
  EXPECT_EQ(whole.klass, Class::shared_weights);
  EXPECT_EQ(whole.beacon, "The beacon drew nothing: tests read both models whole.");
  EXPECT_THAT(whole.sentence, HasSubstr(whole.beacon));
  coverage.undrawn = {"no test has a finding", true};
  const Verdict part = judged({units(-40, kForeseen)}, coverage);
  EXPECT_EQ(part.klass, Class::partial);
  EXPECT_THAT(part.beacon, HasSubstr("The beacon drew nothing: no test has a finding."));
  EXPECT_THAT(part.beacon, HasSubstr("planted"));
  const Verdict none = judged({units(-0.1, kForeseen)}, coverage);
  EXPECT_EQ(none.klass, Class::no_evidence);
  EXPECT_EQ(none.beacon, "The beacon drew nothing: no test has a finding.");
}

TEST(BeaconVerdict, OfTensorsMatchedByContentIsOfAPart) {
  Adjusted matched = units(-40, kForeseen);
  matched.finding.basis = Basis::unverified;
  matched.finding.reference = "";
  Coverage coverage = some();
  ASSERT_EQ(judged({matched}, coverage).klass, Class::shared_weights);
  coverage.undrawn = {"they are read from their first rows on", true};
  EXPECT_EQ(judged({matched}, coverage).klass, Class::partial);
}

TEST(BeaconVerdict, TakesADrawnAxisForContradictedFromOneInAHundredOn) {
  const auto of = [](double drawn) {
    return judged({units(-40, kForeseen), rows("value-dim", -40, kForeseen), units(drawn, kDrawn),
                   rows("value-dim", -40, kDrawn)})
        .klass;
  };
  EXPECT_EQ(of(-1.9), Class::partial);
  EXPECT_EQ(of(-2.1), Class::shared_weights);
}

TEST(BeaconVerdict, LeavesEqualBytesAlone) {
  Coverage same = some();
  same.identity.known = true;
  EXPECT_EQ(judged({units(-40, kForeseen), units(-0.2, kDrawn)}, same).klass, Class::identical);
}

}  // namespace
}  // namespace kindred::evidence
