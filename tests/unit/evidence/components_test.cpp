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

}  // namespace
}  // namespace kindred::evidence
