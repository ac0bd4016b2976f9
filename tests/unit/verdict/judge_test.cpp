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

}  // namespace
}  // namespace kindred::verdict
