// Which models belong together, and what is said of those that were not compared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/family_summary.hpp"
#include "results/families.hpp"

namespace kindred::report {
namespace {

using evidence::Class;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using results::Family;

results::Report reportOn(const std::vector<std::string>& models) {
  results::Report report;
  for (const std::string& key : models) {
    results::Model& model = report.models.emplace_back();
    model.key = key;
    model.role = key.starts_with("control") ? results::Role::control : results::Role::subject;
  }
  return report;
}

void judged(results::Report& report, const std::string& a, const std::string& b, Class klass) {
  results::Pair& pair = report.pairs.emplace_back();
  pair.a = a;
  pair.b = b;
  pair.verdict.klass = klass;
}

std::string summaryOf(results::Report report) {
  report.families = results::familiesOf(report);
  return familySummary(report);
}

// Two families of two, and a merge of them.
results::Report merged() {
  results::Report report = reportOn({"a1", "a2", "b1", "b2", "merge"});
  for (const char* model : {"a1", "a2", "b1", "b2"}) {
    judged(report, model, "merge", Class::shared_weights);
  }
  judged(report, "a1", "a2", Class::shared_weights);
  judged(report, "b1", "b2", Class::shared_weights);
  return report;
}

TEST(Families, JoinedOnlyThroughAMergeAreSaidToBe) {
  results::Report report = merged();
  for (const char* a : {"a1", "a2"}) {
    for (const char* b : {"b1", "b2"}) judged(report, a, b, Class::no_evidence);
  }
  const std::vector<Family> list = results::familiesOf(report);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_THAT(list[0].joints, ElementsAre("merge"));
  EXPECT_THAT(list[0].parts, ElementsAre(ElementsAre("a1", "a2"), ElementsAre("b1", "b2")));
  EXPECT_THAT(summaryOf(report), HasSubstr("Joined only through merge"));
}

TEST(Families, AreNotSaidToFallApartWherePairsWereNotRun) {
  results::Report report = merged();
  for (const char* a : {"a1", "a2"}) {
    for (const char* b : {"b1", "b2"}) judged(report, a, b, Class::not_run);
  }
  const std::vector<Family> list = results::familiesOf(report);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_THAT(list[0].joints, IsEmpty());
}

TEST(Families, OfARunThatWasInterruptedComeWithAWarningAgainstStoppingWhereItPleases) {
  results::Report report = merged();
  EXPECT_THAT(summaryOf(report), Not(HasSubstr("interrupted")));
  report.complete = false;
  EXPECT_THAT(summaryOf(report), HasSubstr("what was left counts as tested in vain"));
}

TEST(Families, OfOneAreAloneOnlyWhereEveryPairWasRun) {
  results::Report report = reportOn({"a", "b", "c"});
  judged(report, "a", "b", Class::no_evidence);
  judged(report, "a", "c", Class::not_run);
  judged(report, "b", "c", Class::no_evidence);
  const std::string text = summaryOf(report);
  EXPECT_THAT(text, HasSubstr("alone: b"));
  EXPECT_THAT(text, HasSubstr("not run or not decided: a (1)"));
  EXPECT_THAT(text, Not(HasSubstr("alone: a")));
  EXPECT_THAT(text, HasSubstr("1 Not run"));
}

TEST(Families, LeaveControlsOut) {
  results::Report report = reportOn({"a", "b", "control"});
  judged(report, "a", "b", Class::shared_weights);
  judged(report, "a", "control", Class::no_evidence);
  ASSERT_EQ(results::familiesOf(report).size(), 1U);
  EXPECT_THAT(summaryOf(report), Not(HasSubstr("control")));
}

}  // namespace
}  // namespace kindred::report
