// What is said of pairs of which one is an adapter, or both are.
#include "evidence/adapters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kindred::evidence {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const AdapterSide kModel{"m", ""}, kOne{"x", "LoRA of rank 8"}, kOther{"y", "DoRA of rank 4"};

Verdict found(Class klass) {
  Verdict verdict;
  verdict.klass = klass;
  verdict.unverified = true;
  verdict.sentence = "What was found.";
  verdict.power = "much";
  return verdict;
}

TEST(AdapterVerdict, OfTwoModelsIsAsItWas) {
  EXPECT_EQ(ofAdapters(found(Class::no_evidence), kModel, kModel).sentence, "What was found.");
}

TEST(AdapterVerdict, OfAPairThatWasNotRunIsAsItWas) {
  EXPECT_EQ(ofAdapters(found(Class::not_run), kOne, kModel).sentence, "What was found.");
  EXPECT_EQ(ofAdapters(found(Class::not_run), kOne, kOther).klass, Class::not_run);
}

TEST(AdapterVerdict, OfOneAgainstAModelIsUntestableWhicheverComesFirst) {
  for (const bool first : {true, false}) {
    const Verdict verdict =
        ofAdapters(found(Class::no_evidence), first ? kOne : kModel, first ? kModel : kOne);
    EXPECT_EQ(verdict.klass, Class::untestable);
    EXPECT_FALSE(verdict.unverified);
    EXPECT_THAT(verdict.sentence, StartsWith("x is an adapter (LoRA of rank 8) and m is a model"));
    EXPECT_THAT(verdict.power, HasSubstr("none"));
  }
  // Where bytes are shared, that stands.
  EXPECT_EQ(ofAdapters(found(Class::partial), kOne, kModel).sentence, "What was found.");
}

TEST(AdapterVerdict, OfTwoThatAreRelatedNamesACommonStart) {
  const Verdict verdict = ofAdapters(found(Class::shared_weights), kOne, kOther);
  EXPECT_EQ(verdict.klass, Class::shared_weights);
  EXPECT_THAT(verdict.sentence,
              AllOf(StartsWith("x and y are adapters (LoRA of rank 8; DoRA of rank 4). What was "
                               "found."),
                    HasSubstr("share their start"), HasSubstr("were not compared")));
}

TEST(AdapterVerdict, OfTwoThatAreNotSaysWhatWasNotCompared) {
  for (const Class klass : {Class::untestable, Class::inconclusive}) {
    EXPECT_THAT(ofAdapters(found(klass), kOne, kOther).sentence,
                HasSubstr("no module that both change has components that could be tested"));
  }
  const Verdict none = ofAdapters(found(Class::no_evidence), kOne, kOther);
  EXPECT_THAT(none.sentence,
              AllOf(HasSubstr("Their bases were not compared."),
                    Not(HasSubstr("share their start")), Not(HasSubstr("no module"))));
}

}  // namespace
}  // namespace kindred::evidence
