// What the documentation promises of tests holds of the sources.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>

#include "support/temp_dir.hpp"

namespace kindred::clitest {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = KINDRED_SOURCE_DIR;

// "Suite.Name" of every test in the sources.
std::set<std::string> allTests() {
  const std::regex test(R"(\bTEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\))");
  std::set<std::string> names;
  for (const char* folder : {"tests", "plugins"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kSource / folder)) {
      if (entry.path().extension() != ".cpp") continue;
      const std::string text = support::readFile(entry.path());
      for (std::sregex_iterator found(text.begin(), text.end(), test), end; found != end; ++found) {
        names.insert((*found)[1].str() + "." + (*found)[2].str());
      }
    }
  }
  return names;
}

// Pages of tables whose last column names the tests that show what a row says.
class ShownByTests : public testing::TestWithParam<const char*> {};

TEST_P(ShownByTests, NamesForEachEntryATestThatExists) {
  const std::string page = support::readFile(kSource / "docs" / GetParam());
  const std::regex row(R"((?:^|\n)\| ([^|\n]+) \|[^\n]*\| ([^|\n]*) \|(?=\n))");
  const std::regex name(R"(`([A-Z]\w*\.[A-Z]\w*)`)");
  const std::set<std::string> tests = allTests();
  std::size_t rows = 0;
  for (std::sregex_iterator found(page.begin(), page.end(), row), end; found != end; ++found) {
    const std::string entry = (*found)[1], shown = (*found)[2];
    if (shown == "shown by") continue;
    ++rows;
    std::size_t named = 0;
    for (std::sregex_iterator test(shown.begin(), shown.end(), name); test != end; ++test) {
      ++named;
      EXPECT_TRUE(tests.contains((*test)[1])) << (*test)[1] << ", named by: " << entry;
    }
    EXPECT_GT(named, 0U) << "no test is named by: " << entry;
  }
  EXPECT_GT(rows, 20U);
}

INSTANTIATE_TEST_SUITE_P(Pages, ShownByTests,
                         testing::Values("what-can-mislead.md", "threat-model.md"));

}  // namespace
}  // namespace kindred::clitest
