// What editors know of recipes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace kindred::terminaltest {
namespace {

namespace fs = std::filesystem;

const fs::path kConfigs = fs::path(KINDRED_SOURCE_DIR) / "configs";

TEST(Schema, ThatLiesBesideTheRecipesIsTheProgramsOwn) {
  const std::string said = support::run({"schema"}).out;
  if (std::getenv("KINDRED_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(kConfigs / "recipe.schema.json") << said;
  }
  EXPECT_EQ(support::readFile(kConfigs / "recipe.schema.json"), said)
      << "KINDRED_UPDATE_GOLDEN=1 writes it";
}

TEST(Schema, IsNamedInTheFirstLineOfEveryRecipeThatShips) {
  const std::string names = "# yaml-language-server: $schema=";
  std::size_t recipes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kConfigs)) {
    if (entry.path().extension() != ".yaml") continue;
    const std::string text = support::readFile(entry.path());
    if (("\n" + text).find("\nkindred: 1") == std::string::npos) continue;
    ++recipes;
    const std::string first = text.substr(0, text.find('\n'));
    ASSERT_EQ(first.substr(0, names.size()), names) << entry.path();
    EXPECT_TRUE(fs::exists(fs::canonical(entry.path()).parent_path() / first.substr(names.size())))
        << entry.path();
  }
  EXPECT_GT(recipes, 10U);
}

}  // namespace
}  // namespace kindred::terminaltest
