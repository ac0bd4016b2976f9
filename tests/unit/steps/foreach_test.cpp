// "foreach": steps and expectations that stand there once for each word of a list.
#include <gmock/gmock.h>

#include <algorithm>

#include "support.hpp"

namespace kindred::steps::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> names(const Recipe& recipe) {
  std::vector<std::string> names;
  for (const Step& step : recipe.steps) names.push_back(step.name);
  return names;
}

std::string problemsOf(const std::string& steps) {
  return text(parse(withSteps(steps), "recipe.yaml").diagnostics);
}

TEST(Foreach, RepeatsAStepAndWhatIsExpectedOfIt) {
  const Recipe recipe = accepted(withSteps(R"(  - foreach: {metric: [cosine, mad]}
    name: by-$metric
    compare: [a, b]
    metrics: [$metric]
  - {name: after, compare: [a, b], metrics: [cosine]}
expect:
  - {foreach: {metric: [cosine, mad]}, figure: by-$metric.$metric.mean, at-least: 0.25}
  - {foreach: {bound: [0.5, 1]}, figure: after.cosine.mean, at-most: $bound, origin: 'a $ and $$'}
)"));
  EXPECT_THAT(names(recipe), ElementsAre("by-cosine", "by-mad", "after"));
  ASSERT_EQ(recipe.expectations.size(), 4U);
  EXPECT_EQ(recipe.expectations[1].figure, "by-mad.mad.mean");
  EXPECT_EQ(recipe.expectations[2].most, 0.5);
  EXPECT_EQ(recipe.expectations[3].most, 1);
  EXPECT_EQ(recipe.expectations[3].origin, "a $ and $$");
}

TEST(Foreach, KeepsTheTextThatWasWritten) {
  const std::string written =
      withSteps("  - {foreach: {m: [cosine]}, name: by-$m, compare: [a, b], metrics: [$m]}\n");
  EXPECT_EQ(accepted(written).text, written);
}

TEST(Foreach, TellsLongerNamesFromShorterOnes) {
  const Recipe recipe =
      accepted(withSteps("  - {foreach: {m: [cosine], mm: [mad]}, name: $m-$mm, compare: [a, b], "
                         "metrics: [$m, $mm]}\n"));
  EXPECT_THAT(names(recipe), ElementsAre("cosine-mad"));
}

TEST(Foreach, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(problemsOf("  - {foreach: {m: [cosine, mad], n: [1]}, name: $m, compare: [a, b],"
                         " metrics: [$m], note: $n}\n"),
              HasSubstr("recipe.yaml:10:37: 'n' has 1 words, but 'm' has 2"));
  EXPECT_THAT(problemsOf("  - {foreach: {m: [cosine, mad]}, name: one, compare: [a, b],"
                         " metrics: [cosine]}\n"),
              HasSubstr("recipe.yaml:10:16: no '$m' stands beside it"));
  EXPECT_THAT(problemsOf("  - {foreach: [m], name: one, compare: [a, b], metrics: [cosine]}\n"),
              HasSubstr("recipe.yaml:10:15: expected a mapping from names to lists of words"));
  EXPECT_THAT(problemsOf("  - {foreach: {m: [[1]]}, name: $m, compare: [a, b], metrics: [mad]}\n"),
              HasSubstr("recipe.yaml:10:20: expected a word or a number"));
  // A name that all repetitions have is used twice.
  EXPECT_THAT(problemsOf("  - {foreach: {m: [cosine, mad]}, name: one, compare: [a, b],"
                         " metrics: [$m]}\n"),
              HasSubstr("'one'"));
}

// Of what follows from a mistake in a 'foreach' nothing is said: names with a $, steps that would
// have been.
TEST(Foreach, SaysTheMistakeAndNotWhatFollows) {
  const std::string expect = "expect: [{figure: by-mad.mad.mean, at-least: 0}]\n";
  for (const char* wrong : {"foreach: {m: [cosine, mad], n: [1]}", "foreach: {m: cosine}",
                            "forech: {m: [cosine, mad]}"}) {
    const std::string problems =
        problemsOf(std::string("  - {") + wrong +
                   ", name: by-$m, compare: [a, b], metrics: [$m], note: $n}\n" + expect);
    EXPECT_EQ(std::count(problems.begin(), problems.end(), '\n'), 1) << problems;
  }
}

TEST(Steps, WithAMistakeAreNotFoundWantingElsewhere) {
  const std::string expect = "expect: [{figure: one.mad.mean, at-least: 0}]\n";
  for (const char* wrong :
       {"nme: one, compare: [a, b], metrics: [mad]", "name: one, compare: [a, b], metrcs: [mad]",
        "name: one, compare: [a, b], tset: sign-test"}) {
    const std::string problems = problemsOf(std::string("  - {") + wrong + "}\n" + expect);
    EXPECT_EQ(std::count(problems.begin(), problems.end(), '\n'), 1) << problems;
  }
}

TEST(Foreach, HasABound) {
  std::string words = "w0";
  for (int i = 1; i < 1000; ++i) words += ", w" + std::to_string(i);
  std::string step = "  - {foreach: {m: [" + words + "]}, name: s-$m, compare: [a, b], note: [";
  for (int i = 0; i < 200; ++i) step += "x, ";
  EXPECT_THAT(problemsOf(step + "x], metrics: [cosine]}\n"), HasSubstr("this repeats too much"));
}

TEST(ReadStages, AreWrittenWithUnits) {
  const Recipe recipe = accepted(withSteps(
      "  - {name: one, compare: [a, b], test: {plugin: sign-test}, read: [8MB, 1.5GB]}\n"));
  EXPECT_THAT(as<asked::PairTest>(recipe.steps[0]).read, ElementsAre(8'000'000U, 1'500'000'000U));
  EXPECT_THAT(
      problemsOf("  - {name: one, compare: [a, b], test: {plugin: sign-test}, read: 8 mice}\n"),
      HasSubstr("expected a number of bytes, as 64000000 or 64MB"));
}

}  // namespace
}  // namespace kindred::steps::testing
