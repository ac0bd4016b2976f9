// --check-null: p-values of tests of signs, where the signs of the reference are drawn anew.
#include <gmock/gmock.h>

#include "cli/recipes.hpp"
#include "cli/toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

void saveToy(const TempDir& dir, const char* name, const Toy& toy) {
  saveModel(dir / name, stored(toy), toyLlamaConfig());
}

// The rows of the table that says whether nulls hold.
json nullsOf(const json& report) {
  json rows = json::array();
  for (const json& table : report.at("tables")) {
    if (!table.at("of_null").get<bool>()) continue;
    for (const json& row : table.at("rows")) rows.push_back(row);
  }
  return rows;
}

std::string samples(const char* folder) {
  return std::string(KINDRED_SAMPLE_PLUGINS) + "/" + folder;
}

class Compared {
 public:
  explicit Compared(bool copy) {
    const Toy base = toyLlama(1);
    saveToy(dir_, "a", base);
    saveToy(dir_, "b", copy ? tuned(base, 2) : toyLlama(3));
  }
  json run(const std::vector<std::string>& options) {
    std::vector<std::string> arguments{
        "compare", (dir_ / "a").string(),  (dir_ / "b").string(), "--force", "--json",
        "--out",   (dir_ / "out").string()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const RunResult result = support::run(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(result.out);
  }
  std::string page() const { return support::readFile(dir_ / "out/report.html"); }

 private:
  TempDir dir_;
};

TEST(CheckNull, FindsTheNullsOfHonestTestsToHoldAndChangesNoVerdict) {
  for (const bool copy : {true, false}) {
    Compared models(copy);
    const json before = models.run({}), checked = models.run({"--check-null"});
    const json rows = nullsOf(checked);
    ASSERT_GE(rows.size(), 4u) << "units, values and keys, by their number and by their ranks";
    for (const json& row : rows) {
      EXPECT_EQ(row.at(4), "yes") << row.dump();
    }
    EXPECT_EQ(checked.at("verdict"), before.at("verdict")) << (copy ? "a copy" : "a stranger");
    EXPECT_EQ(checked.at("findings"), before.at("findings"));
    EXPECT_THAT(models.page(), HasSubstr("The null, checked with redrawn signs"));
  }
}

TEST(CheckNull, TakesTheWordFromATestThatIgnoresTheSigns) {
  const TempDir dir;
  saveToy(dir, "a", toyLlama(1));
  saveToy(dir, "b", toyLlama(3));
  const std::string steps = "  - {name: asked, compare: [a, b], test: {plugin: oracle}}\n";
  const std::vector<std::string> options{"--plugin-path", samples("rejecting")};
  ASSERT_EQ(runRecipe(dir, recipe(steps), options).exit_code, 0);
  EXPECT_EQ(reportOf(dir).at("findings").at(0).at("basis"), "exact");

  const RunResult checked = runRecipe(dir, "check-null: 99\n" + recipe(steps), options);
  ASSERT_EQ(checked.exit_code, 0) << checked.err;
  const json report = reportOf(dir);
  EXPECT_EQ(report.at("findings").at(0).at("basis"), "describes");
  EXPECT_EQ(report.at("verdict").at("class"), "untestable");
  EXPECT_THAT(report.at("refused").at(0).at("reason").get<std::string>(),
              HasSubstr("not uniform where its null holds"));
  const json rows = nullsOf(report);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows.at(0).at(2), "1.000") << "all of its p-values are small";
  EXPECT_EQ(rows.at(0).at(4), "no");
  EXPECT_THAT(checked.out,
              AllOf(HasSubstr("The null, checked with redrawn signs"), HasSubstr("99 redraws")));
}

TEST(CheckNull, StandsInTheRecipeOfAComparison) {
  Compared models(true);
  models.run({"--check-null"});
  EXPECT_THAT(models.page(), HasSubstr("check-null: 99"));
}

TEST(CheckNull, OfTooFewRedrawsIsRefused) {
  const TempDir dir;
  saveToy(dir, "a", toyLlama(1));
  saveToy(dir, "b", toyLlama(3));
  const RunResult result =
      runRecipe(dir, "check-null: 3\n" +
                         recipe("  - {name: signs, compare: [a, b], test: {plugin: sign-test}}\n"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("19"));
}

}  // namespace
}  // namespace kindred::clitest
