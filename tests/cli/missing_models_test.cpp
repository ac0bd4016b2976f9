// Models that a recipe can do without: where one can't be opened, the run goes on and says so.
#include <gmock/gmock.h>

#include "recipes.hpp"

namespace kindred::clitest {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string withMissing(const std::string& then) {
  std::string text = recipe(
      "  - {name: same, compare: [a, b], metrics: [cosine]}\n"
      "  - {name: other, compare: [a, gone], pair: all-layers, select: [\"layers.{layer}.up\"],\n"
      "     metrics: [cosine]}\n"
      "  - {name: of-other, test: {plugin: permutation-test, of: other.cosine, seed: 7}}\n"
      "expect:\n"
      "  - {figure: same.cosine.count, equals: 4}\n"
      "  - {figure: of-other.log10_p, at-least: -3}\n");
  const std::string place = "steps:\n";
  return text.replace(text.find(place), 0, "  gone: {at: disk:gone, if-missing: " + then + "}\n");
}

TEST(MissingModels, LeaveOutWhatNeedsThemAndNothingElse) {
  TempDir dir;
  writePair(dir, 1, 2);
  const RunResult result = runRecipe(dir, withMissing("skip"));
  EXPECT_EQ(result.exit_code, 3) << "what was expected of it is not met";
  const std::string why = "model 'gone' could not be opened";
  EXPECT_THAT(result.err, HasSubstr(why));
  EXPECT_THAT(result.out, AllOf(HasSubstr("1 expectation met"), HasSubstr("UNMET: of-other")));
  const auto report = reportOf(dir);
  EXPECT_EQ(summaryOf(report, "same", "cosine", "cosine").at("count"), 4);
  for (const int step : {1, 2}) {
    EXPECT_THAT(report.at("steps").at(step).at("skipped").at(0).at("reason").get<std::string>(),
                HasSubstr(why));
  }
  EXPECT_EQ(report.at("pairs").at(1).at("verdict").at("class"), "not-run");
  EXPECT_THAT(report.at("pairs").at(1).at("verdict").at("sentence").get<std::string>(),
              AllOf(HasSubstr(why), Not(HasSubstr(dir.path().string()))));
  EXPECT_THAT(report.at("models").at(2).at("notes").at(0).get<std::string>(),
              HasSubstr("could not be opened"));
  const RunResult plan = support::run({"plan", (dir / "recipe.yaml").string()});
  EXPECT_EQ(plan.exit_code, 0) << plan.err;
  EXPECT_THAT(plan.out, HasSubstr("not run: " + why));
}

TEST(MissingModels, ThatAreThereAfterAllAreReadAsAnyOther) {
  TempDir dir;
  writePair(dir, 1, 2);
  std::filesystem::copy(dir / "b", dir / "gone");
  const RunResult result = runRecipe(dir, withMissing("skip"));
  EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
  EXPECT_THAT(result.err, Not(HasSubstr("could not be opened")));
}

TEST(MissingModels, EndARunThatNeedsThem) {
  TempDir dir;
  writePair(dir, 1, 2);
  const RunResult result = runRecipe(dir, withMissing("stop"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("recipe.yaml:8:"));
}

}  // namespace
}  // namespace kindred::clitest
