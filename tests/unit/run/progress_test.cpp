// What is said of a run that is under way; that it is drawn at a terminal is tested there.
#include "run/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kindred::run {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;

TEST(Progress, SaysStepStageAndUnits) {
  Progress progress(false);
  EXPECT_THAT(progress.text(), IsEmpty());
  progress.stage("Reading the headers of 4 models");
  EXPECT_THAT(progress.text(), StartsWith("Reading the headers of 4 models, 0 s"));
  progress.step("signs", 1, 5);
  progress.stage("tests of pairs", 190, 1900);
  progress.advance(10, true);
  progress.advance(10, true);
  EXPECT_THAT(progress.text(),
              MatchesRegex("tests of pairs, 2 of 190, [0-9]+ s, in signs \\(2 of 5\\)"));
  progress.stage("test of a table");
  EXPECT_THAT(progress.text(), MatchesRegex("test of a table, [0-9]+ s, in signs \\(2 of 5\\)"));
  progress.rest();
  EXPECT_THAT(progress.text(), IsEmpty());
}

TEST(Progress, OfOneStepSaysNoNumberOfIt) {
  Progress progress(false);
  progress.step("compare", 0, 1);
  progress.stage("pairs", 3);
  EXPECT_THAT(progress.text(), MatchesRegex("pairs, 0 of 3, [0-9]+ s, in compare"));
}

TEST(Progress, LeavesOutWhatStandsLastWhereALineIsNarrow) {
  Progress progress(false);
  progress.step("signs", 1, 5);
  progress.stage("tests of pairs", 190, 1900);
  progress.advance(10, true);
  EXPECT_EQ(progress.text(24), "tests of pairs, 1 of 190");
  EXPECT_EQ(progress.text(23), "tests of pairs");
  EXPECT_EQ(progress.text(14), "tests of pairs");
  EXPECT_EQ(progress.text(13), "tests of");
}

TEST(Progress, GuessesNoRemainderFromAlmostNothing) {
  Progress progress(false);
  progress.stage("pairs", 100, 100);
  progress.advance(50, true);
  EXPECT_THAT(progress.text(), testing::Not(HasSubstr("left")));
}

}  // namespace
}  // namespace kindred::run
