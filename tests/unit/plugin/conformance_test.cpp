#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kindred/conformance.hpp>

namespace kindred::conformance {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

std::string sample(const std::string& file) {
  return std::string(KINDRED_SAMPLE_PLUGINS) + "/" + file;
}

// The names of the checks that found something of this grade.
std::vector<std::string> complaints(const Report& report, Grade grade = Grade::error) {
  std::vector<std::string> names;
  for (const Check& check : report.checks()) {
    for (const Message& message : check.messages) {
      if (message.grade == grade && (names.empty() || names.back() != check.name)) {
        names.push_back(check.name);
      }
    }
  }
  return names;
}

Report unfaithful(const std::string& fault, const Expected& expected = {}) {
  return check(sample(fault + "/unfaithful.so"), {}, expected);
}

TEST(ConformanceKit, FindsNothingWrongWithASoundMetric) {
  const Report report = check(sample("sound/counter.so"), {{"step", 2.0}},
                              {.cases = {{.a = {1, 2, 3}, .b = {1, 2, 3}, .figures = {3, 6}}}});
  EXPECT_EQ(report.count(Grade::error), 0u) << report.text();
  EXPECT_EQ(report.count(Grade::warning), 0u) << report.text();
  EXPECT_GT(report.checks().size(), 15u);
}

TEST(ConformanceKit, FindsNothingWrongWithASoundSource) {
  const Report report =
      check(sample("sound/libmemory.so"), {},
            {.address = "here", .files = {{"a.txt", std::string(5000, 'a')}, {"sub/b.txt", ""}}});
  EXPECT_EQ(report.count(Grade::error), 0u) << report.text();
}

TEST(ConformanceKit, FindsNothingWrongWithSoundPluginsOfOtherKinds) {
  for (const char* file : {"sound/mean.so", "sound/same-bytes.so", "sound/shuffle.so"}) {
    const Report report = check(sample(file));
    EXPECT_EQ(report.count(Grade::error), 0u) << report.text();
    EXPECT_GT(report.checks().size(), 2u) << file;
  }
}

TEST(ConformanceKit, NoticesASetMetricThatDependsOnThePieces) {
  EXPECT_THAT(complaints(check(sample("cut/same-bytes.so"))), UnorderedElementsAre("any-pieces"));
}

TEST(ConformanceKit, NoticesAProbabilityBelowItsFloor) {
  EXPECT_THAT(complaints(check(sample("improbable/shuffle.so"))), UnorderedElementsAre("findings"));
}

TEST(ConformanceKit, StatesCauseAndCureOfEveryMessage) {
  const Report report = unfaithful("TILING");
  for (const Check& check : report.checks()) {
    for (const Message& message : check.messages) {
      EXPECT_THAT(message.cause, Not(IsEmpty())) << message.what;
      EXPECT_THAT(message.cure, Not(IsEmpty())) << message.what;
    }
  }
  EXPECT_THAT(report.text(), AllOf(HasSubstr("error: in one tile, then in tiles of"),
                                   HasSubstr("cure:  sum each block of kBlock elements")));
}

TEST(ConformanceKit, NoticesSumsThatDependOnTheTiles) {
  EXPECT_THAT(complaints(unfaithful("TILING")), Contains("any-tiling"));
}

TEST(ConformanceKit, NoticesAMergeThatLosesWhatItMerges) {
  EXPECT_THAT(complaints(unfaithful("MERGE")), UnorderedElementsAre("merge-counts"));
}

TEST(ConformanceKit, NoticesAMetricThatOverlooksDoubles) {
  EXPECT_THAT(complaints(unfaithful("NARROW")), UnorderedElementsAre("wide"));
}

TEST(ConformanceKit, NoticesStateSharedBetweenAccumulators) {
  EXPECT_THAT(complaints(unfaithful("STATIC")),
              AllOf(Contains("run-twice"), Contains("interleaved")));
}

TEST(ConformanceKit, NoticesMissingFigures) {
  EXPECT_THAT(complaints(unfaithful("FIGURES")), AllOf(Contains("figures"), Contains("empty")));
}

TEST(ConformanceKit, NoticesFiguresOutsideTheirDeclaredRange) {
  const Report report = unfaithful("RANGE");
  EXPECT_THAT(complaints(report), UnorderedElementsAre("range"));
  EXPECT_THAT(report.text(), HasSubstr("and its range is from 0 to 1"));
}

TEST(ConformanceKit, WarnsOfFiguresWithoutAUnit) {
  const Report report = unfaithful("MERGE");
  EXPECT_THAT(complaints(report, Grade::warning), Contains("declaration"));
  EXPECT_THAT(report.text(), HasSubstr("figure 'unfaithful' does not say its unit"));
}

TEST(ConformanceKit, WarnsOfInfiniteFigures) {
  const Report report = unfaithful("INFINITE");
  EXPECT_THAT(complaints(report, Grade::warning), Contains("silent"));
}

TEST(ConformanceKit, TurnsACrashIntoAResult) {
  const Report report = unfaithful("CRASH");
  EXPECT_THAT(complaints(report), UnorderedElementsAre("not-a-number"));
  EXPECT_THAT(report.text(), HasSubstr("crashed: Aborted"));
}

TEST(ConformanceKit, TurnsAHangIntoAResult) {
  const Report report = unfaithful("HANG", {.seconds = 2});
  EXPECT_THAT(complaints(report), UnorderedElementsAre("one"));
  EXPECT_THAT(report.text(), HasSubstr("did not end within 2 s"));
}

TEST(ConformanceKit, RefusesExceptionsThatAreNoErrors) {
  const Report report = unfaithful("EXCEPTION");
  EXPECT_THAT(complaints(report), UnorderedElementsAre("one"));
  EXPECT_THAT(report.text(), AllOf(HasSubstr("throws: too few"),
                                   HasSubstr("an exception other than kindred::Error")));
}

TEST(ConformanceKit, ComparesFiguresWithTheStatedOnes) {
  const Report report =
      check(sample("sound/counter.so"), {}, {.cases = {{.a = {1}, .b = {1}, .figures = {2, 1}}}});
  EXPECT_THAT(complaints(report), UnorderedElementsAre("expected"));
  EXPECT_THAT(report.text(), HasSubstr("figure 'counter' is 1, expected 2"));
}

TEST(ConformanceKit, NoticesASourceThatChecksNothing) {
  const Report report = check(sample("careless/careless.so"), {}, {.address = "x"});
  EXPECT_THAT(complaints(report), UnorderedElementsAre("unknown-address", "list", "identity",
                                                       "unknown-name", "across-the-end", "many"));
}

TEST(ConformanceKit, WarnsWhereASourceGetsNothingToRead) {
  const Report report = check(sample("sound/libmemory.so"));
  EXPECT_THAT(complaints(report, Grade::warning), UnorderedElementsAre("address"));
  EXPECT_EQ(report.count(Grade::error), 0u);
}

TEST(ConformanceKit, StopsAtADeclarationThatTheHostWouldRefuse) {
  const Report report = check(sample("wrong-declaration/careless.so"));
  EXPECT_EQ(report.checks().size(), 1u);
  EXPECT_THAT(report.text(), HasSubstr("parameter 'twice' is declared twice"));
}

TEST(ConformanceKit, SaysWhyALibraryCantBeTested) {
  EXPECT_THAT(check(sample("no-symbol/empty.so")).text(), HasSubstr("does not export kindred_abi"));
  EXPECT_THAT(check(sample("wrong-headers/foreign.so")).text(),
              HasSubstr("other SDK headers or another compiler"));
  EXPECT_THAT(check(sample("nowhere.so")).text(), HasSubstr("cannot open shared object"));
}

TEST(ConformanceKit, NoticesSettingsThatThePluginDoesNotDeclare) {
  const Report report = check(sample("sound/counter.so"), {{"stpe", 2.0}});
  EXPECT_THAT(report.text(), HasSubstr("sets 'stpe', which the plugin does not declare"));
}

}  // namespace
}  // namespace kindred::conformance
