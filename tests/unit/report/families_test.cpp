// Which models belong together, and what is said of those that were not compared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/families.hpp"

namespace kindred::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using evidence::Class;

Context contextOf(const std::vector<std::string>& models) {
  Context context;
  for (const std::string& key : models) {
    ModelFacts facts;
    facts.key = key;
    facts.role = key.starts_with("control") ? "control" : "subject";
    context.models.push_back(facts);
  }
  return context;
}

void judged(Context& context, const std::string& a, const std::string& b, Class klass) {
  PairVerdict pair;
  pair.a = a;
  pair.b = b;
  pair.verdict.klass = klass;
  context.verdicts.push_back(pair);
}

// Two families of two, and a merge of them.
Context merged() {
  Context context = contextOf({"a1", "a2", "b1", "b2", "merge"});
  for (const char* model : {"a1", "a2", "b1", "b2"}) {
    judged(context, model, "merge", Class::shared_weights);
  }
  judged(context, "a1", "a2", Class::shared_weights);
  judged(context, "b1", "b2", Class::shared_weights);
  return context;
}

TEST(Families, JoinedOnlyThroughAMergeAreSaidToBe) {
  Context context = merged();
  for (const char* a : {"a1", "a2"}) {
    for (const char* b : {"b1", "b2"}) judged(context, a, b, Class::no_evidence);
  }
  const std::vector<Family> list = families(context);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_THAT(list[0].joints, ElementsAre("merge"));
  EXPECT_THAT(list[0].parts, ElementsAre(ElementsAre("a1", "a2"), ElementsAre("b1", "b2")));
  EXPECT_THAT(familySummary(context), HasSubstr("Joined only through merge"));
}

TEST(Families, AreNotSaidToFallApartWherePairsWereNotRun) {
  Context context = merged();
  for (const char* a : {"a1", "a2"}) {
    for (const char* b : {"b1", "b2"}) judged(context, a, b, Class::not_run);
  }
  const std::vector<Family> list = families(context);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_THAT(list[0].joints, IsEmpty());
}

TEST(Families, OfOneAreAloneOnlyWhereEveryPairWasRun) {
  Context context = contextOf({"a", "b", "c"});
  judged(context, "a", "b", Class::no_evidence);
  judged(context, "a", "c", Class::not_run);
  judged(context, "b", "c", Class::no_evidence);
  const std::string text = familySummary(context);
  EXPECT_THAT(text, HasSubstr("alone: b"));
  EXPECT_THAT(text, HasSubstr("undecided: a (1 of its pairs"));
  EXPECT_THAT(text, Not(HasSubstr("alone: a")));
  EXPECT_THAT(text, HasSubstr("1 not-run"));
}

TEST(Families, LeaveControlsOut) {
  Context context = contextOf({"a", "b", "control"});
  judged(context, "a", "b", Class::shared_weights);
  judged(context, "a", "control", Class::no_evidence);
  ASSERT_EQ(families(context).size(), 1U);
  EXPECT_THAT(familySummary(context), Not(HasSubstr("control")));
}

}  // namespace
}  // namespace kindred::report
