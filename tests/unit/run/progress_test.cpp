// What is said of a run that is under way; that it is drawn at a terminal is tested there.
#include "run/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kindred::run {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
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
  EXPECT_THAT(progress.text(), StartsWith("signs (2 of 5): tests of pairs, 2 of 190, "));
  progress.stage("test of a table");
  EXPECT_THAT(progress.text(), StartsWith("signs (2 of 5): test of a table, "));
  progress.rest();
  EXPECT_THAT(progress.text(), IsEmpty());
}

TEST(Progress, OfOneStepSaysNoNumberOfIt) {
  Progress progress(false);
  progress.step("compare", 0, 1);
  progress.stage("pairs", 3);
  EXPECT_THAT(progress.text(), StartsWith("compare: pairs, 0 of 3, "));
}

TEST(Progress, LeavesOutWhatStandsLastWhereALineIsNarrow) {
  Progress progress(false);
  progress.step("signs", 1, 5);
  progress.stage("tests of pairs", 190, 1900);
  progress.advance(10, true);
  EXPECT_EQ(progress.text(39), "signs (2 of 5): tests of pairs");
  EXPECT_EQ(progress.text(30), "signs (2 of 5): tests of pairs");
  EXPECT_EQ(progress.text(29), "signs (2 of 5): tests of");
  EXPECT_EQ(progress.text(40), "signs (2 of 5): tests of pairs, 1 of 190");
}

TEST(Progress, GuessesNoRemainderFromAlmostNothing) {
  Progress progress(false);
  progress.stage("pairs", 100, 100);
  progress.advance(50, true);
  EXPECT_THAT(progress.text(), testing::Not(HasSubstr("left")));
}

}  // namespace
}  // namespace kindred::run
