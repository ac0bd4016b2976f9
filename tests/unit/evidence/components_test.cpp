// What the verdicts on components come to, and what is left where a component was not compared.
#include "evidence/components.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kindred::evidence {
namespace {

using models::Component;
using testing::HasSubstr;
using testing::Not;

Verdict of(Class klass, double log10_p = 0) {
  Verdict verdict;
  verdict.klass = klass;
  verdict.log10_p = log10_p;
  verdict.sentence = "What was found.";
  return verdict;
}

const ComponentVerdict kSameProjector{Component::projector, of(Class::identical, -400)};
const ComponentVerdict kKin{Component::language_model, of(Class::shared_weights, -80)};
const ComponentVerdict kStrange{Component::language_model, of(Class::no_evidence)};

TEST(ComponentVerdicts, OfAnEqualPartMakeNoTwoModelsIdentical) {
  const Verdict contained =
      combined(of(Class::shared_weights, -400),
               {{Component::language_model, kSameProjector.verdict}}, {0, 0.3});
  EXPECT_EQ(contained.klass, Class::shared_weights);
  EXPECT_EQ(combined(of(Class::no_evidence), {kSameProjector, kKin}, {0, 0}).klass,
            Class::shared_weights);
  EXPECT_EQ(combined(of(Class::identical), {kSameProjector, kKin}, {0, 0}).klass, Class::identical);
}

TEST(ComponentVerdicts, OfASmallPartOfBothModelsArePartial) {
  for (const Class whole : {Class::no_evidence, Class::shared_weights}) {
    const Verdict verdict = combined(of(whole, -400), {kSameProjector}, {0.9, 0.95});
    EXPECT_EQ(verdict.klass, Class::partial);
    EXPECT_THAT(verdict.sentence, HasSubstr("90 % of the first model's parameters and 95 %"));
  }
  const Verdict whole_of_one = combined(of(Class::no_evidence), {kKin}, {0, 0.9});
  EXPECT_EQ(whole_of_one.klass, Class::shared_weights) << "one model is a part of the other";
  EXPECT_THAT(whole_of_one.sentence, HasSubstr("90 % of the second's"));
}

TEST(ComponentVerdicts, ThatDifferArePartialWhateverIsLeft) {
  const Verdict verdict = combined(of(Class::no_evidence), {kSameProjector, kStrange}, {0, 0});
  EXPECT_EQ(verdict.klass, Class::partial);
  EXPECT_THAT(verdict.sentence, Not(HasSubstr("Nothing is said")));
  EXPECT_EQ(combined(of(Class::no_evidence), {kStrange}, {0.5, 0.5}).klass, Class::no_evidence);
}

TEST(ComponentVerdicts, AreListedWithTheirPValues) {
  ComponentVerdict kin = kKin, strange{Component::projector, of(Class::no_evidence)};
  kin.verdict.log10_p = -80.04;
  strange.verdict.power = "a correlation of 0.1";
  const Verdict verdict = combined(of(Class::no_evidence), {kin, strange}, {0, 0});
  EXPECT_EQ(verdict.klass, Class::partial);
  EXPECT_EQ(verdict.sentence,
            "Shared in part, by component: language model: shared weights (p <= 10^-80.0); "
            "projector: no evidence of shared weights. What was found.");
  EXPECT_EQ(verdict.power, "of the projector: a correlation of 0.1");
  EXPECT_EQ(verdict.log10_p, -80.04);
}

TEST(ComponentVerdicts, OfRelatedPartsAreTheMostTelling) {
  ComponentVerdict weak{Component::projector, of(Class::shared_weights, -7)};
  weak.verdict.sentence = "The weaker.";
  const Verdict verdict = combined(of(Class::no_evidence), {weak, kKin}, {0, 0});
  EXPECT_EQ(verdict.log10_p, -80);
  EXPECT_THAT(verdict.sentence, Not(HasSubstr("The weaker.")));
  EXPECT_THAT(verdict.sentence,
              HasSubstr("By component: projector: shared weights (p <= 10^-7.0)"));
}

TEST(ComponentVerdicts, ThatShowNothingLeaveTheVerdictAndTellTheirPower) {
  ComponentVerdict one = kStrange, other{Component::projector, of(Class::untestable)};
  one.verdict.power = "much";
  other.verdict.power = "none";
  const Verdict verdict = combined(of(Class::no_evidence), {one, other}, {0, 0});
  EXPECT_EQ(verdict.klass, Class::no_evidence);
  EXPECT_EQ(verdict.sentence,
            "By component: language model: no evidence of shared weights; projector: not testable. "
            "What was found.");
  EXPECT_EQ(verdict.power, "of the language model: much. of the projector: none");
  Verdict related = of(Class::shared_weights);
  related.power = "not needed";
  EXPECT_EQ(combined(related, {one, other}, {0, 0}).power, "not needed");
}

TEST(ComponentVerdicts, ThatAreVerifiedStandForWholesThatAreNot) {
  Verdict whole = of(Class::shared_weights, -84);
  whole.unverified = true;
  const Verdict verdict = combined(whole, {kKin}, {0, 0});
  EXPECT_FALSE(verdict.unverified);
  EXPECT_EQ(verdict.log10_p, -80);
}

TEST(ComponentVerdicts, OfWholesThatShareOnlyWhatHasNoRoleArePartial) {
  Verdict whole = of(Class::shared_weights, -84);
  whole.unverified = true;
  EXPECT_EQ(combined(whole, {kStrange}, {0, 0}).klass, Class::partial);
}

TEST(ComponentVerdicts, ThatWereTestedStandForWholesThatCannotBe) {
  ComponentVerdict part = kStrange;
  part.verdict.power = "much";
  const ComponentVerdict constant{Component::projector, of(Class::untestable)};
  const Verdict tested = combined(of(Class::untestable), {constant, part}, {0, 0});
  EXPECT_EQ(tested.klass, Class::no_evidence);
  EXPECT_THAT(tested.power, HasSubstr("much"));
  const ComponentVerdict open{Component::vision_tower, of(Class::inconclusive)};
  EXPECT_EQ(combined(of(Class::untestable), {part, open}, {0, 0}).klass, Class::inconclusive);
  EXPECT_EQ(combined(of(Class::untestable), {constant}, {0, 0}).klass, Class::untestable);
}

TEST(ComponentVerdicts, OfOnePartAndNoneAreTheWholes) {
  EXPECT_EQ(combined(of(Class::no_evidence), {}, {1, 1}).sentence, "What was found.");
  EXPECT_EQ(combined(of(Class::shared_weights), {kKin}, {0.1, 0.1}).sentence, "What was found.");
}

TEST(ComponentVerdicts, NameARemainderFromAHundredthOnAndAreAPartFromAFifth) {
  const auto left = [](double of_a, double of_b) {
    return combined(of(Class::no_evidence), {kKin}, {of_a, of_b});
  };
  EXPECT_THAT(left(0.009, 0.009).sentence, Not(HasSubstr("Nothing is said")));
  EXPECT_THAT(left(0, 0.011).sentence, HasSubstr("0 % of the first model's parameters and 1 %"));
  EXPECT_THAT(left(0.011, 0).sentence, HasSubstr("Nothing is said"));
  EXPECT_EQ(left(0.19, 0.9).klass, Class::shared_weights);
  EXPECT_EQ(left(0.2, 0.9).klass, Class::partial);
  EXPECT_EQ(left(0.9, 0.2).klass, Class::partial);
}

}  // namespace
}  // namespace kindred::evidence
