// Every tests/data/recipes/bad/X.yaml has an X.expected beside it with the exact diagnostics. A
// line
// "# --set KEY=VALUE" in a recipe is given as such. KINDRED_UPDATE_GOLDEN=1 rewrites the expected
// files; the difference is then there to be reviewed.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "support.hpp"

namespace kindred::steps::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = sourceFolder() / "tests/data/recipes/bad";

std::vector<std::string> settingsIn(const std::string& recipe) {
  const std::string mark = "# --set ";
  std::vector<std::string> settings;
  std::istringstream lines(recipe);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(mark, 0) == 0) settings.push_back(line.substr(mark.size()));
  }
  return settings;
}

std::vector<std::string> badRecipes() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class BadRecipe : public ::testing::TestWithParam<std::string> {};

TEST_P(BadRecipe, GivesExactlyTheExpectedDiagnostics) {
  const std::string recipe = contents(kFolder / (GetParam() + ".yaml"));
  const Checked checked = parse(recipe, GetParam() + ".yaml", settingsIn(recipe));
  EXPECT_FALSE(checked.diagnostics.empty()) << "this recipe is accepted";
  expectGolden(text(checked.diagnostics), kFolder / (GetParam() + ".expected"));
}

INSTANTIATE_TEST_SUITE_P(Golden, BadRecipe, ::testing::ValuesIn(badRecipes()),
                         [](const ::testing::TestParamInfo<std::string>& param) {
                           std::string name = param.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(BadRecipes, CoverFortyCasesAtLeast) { EXPECT_GE(badRecipes().size(), 40u); }

}  // namespace
}  // namespace kindred::steps::testing
