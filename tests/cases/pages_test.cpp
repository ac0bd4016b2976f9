// What stands in configs/cases and docs/cases, as text.
#include <set>

#include "cases/case_run.hpp"

namespace kindred::casetest {
namespace {

std::set<std::string> recipes() {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(kRecipes)) {
    if (entry.path().extension() == ".yaml") names.insert(entry.path().stem().string());
  }
  return names;
}

TEST(CaseRecipes, AreTheOnesThatHaveStandIns) {
  const std::vector<std::string> names = servers::caseNames();
  EXPECT_EQ(recipes(), (std::set<std::string>(names.begin(), names.end())));
}

TEST(CaseRecipes, SayWhoClaimsWhatAndWhatTheyCanTell) {
  for (const std::string& name : recipes()) {
    const std::string text = support::readFile(recipeOf(name));
    for (const char* key : {"\ntitle: ", "\nquestion: ", "\nclaim: ", "\nwhy: ", "\nexpect:"}) {
      EXPECT_THAT(text, HasSubstr(key)) << name;
    }
    const RunResult check = support::run({"check", recipeOf(name).string()});
    EXPECT_EQ(check.exit_code, 0) << check.err;
  }
}

TEST(CasePages, TellEachCaseToReadersWithoutStatistics) {
  const std::string index = support::readFile(kPages / "README.md");
  for (const std::string& name : recipes()) {
    const std::string page = support::readFile(kPages / (name + ".md"));
    for (const char* part : {"\n## What was claimed\n", "\n## What the figures can say\n",
                             "\n## What the exact tests say\n", "\n## Run it again\n"}) {
      EXPECT_THAT(page, HasSubstr(part)) << name;
    }
    EXPECT_THAT(page, HasSubstr("kindred run configs/cases/" + name + ".yaml")) << name;
    EXPECT_THAT(page, HasSubstr("\n```\n")) << name << " has a picture";
    EXPECT_THAT(page, testing::ContainsRegex("commit|no version to name")) << name;
    EXPECT_THAT(index, HasSubstr("(" + name + ".md)")) << "the table leads to every page";
  }
}

// Neither what a case says nor what a report repeats of its recipe accuses.
TEST(CasePages, AccuseNobody) {
  for (const fs::path& folder : {kPages, kRecipes}) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      const std::string text = support::readFile(entry.path());
      for (const char* word : {"copied", "stolen", "proof"}) {
        EXPECT_THAT(text, Not(HasSubstr(word))) << entry.path();
      }
    }
  }
}

}  // namespace
}  // namespace kindred::casetest
