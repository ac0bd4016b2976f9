// What README.md and docs/ tell people to type is typed here, in a folder with the models that they
// speak of, and what they say comes out is held against what does.
#include <gtest/gtest.h>

#include "documented.hpp"

namespace kindred::clitest {
namespace {

namespace fs = std::filesystem;
using support::RunResult;

const fs::path kBuilt = fs::path(KINDRED_BINARY).parent_path();

std::vector<std::string> pages() {
  std::vector<std::string> found{"README.md"};
  for (const auto& entry : fs::recursive_directory_iterator(kRepository / "docs")) {
    const std::string page = fs::relative(entry.path(), kRepository);
    // NewProjects builds what docs/plugins.md lets its reader write.
    if (entry.path().extension() == ".md" && page != "docs/plugins.md") found.push_back(page);
  }
  std::sort(found.begin(), found.end());
  return found;
}

TEST(DocumentedCommands, WorkAndPrintWhatThePagesSay) {
  Typed all;
  for (const std::string& page : pages()) {
    const Typed typed = typeAll(page, kBuilt);
    all.commands += typed.commands;
    all.printed += typed.printed;
  }
  EXPECT_GT(all.commands, 40U);
  EXPECT_GT(all.printed, 10U);
}

TEST(DocumentedCommands, AreToldFromOtherOutput) {
  const Lines said{"one", "two 2", "three"};
  EXPECT_TRUE(matches(said, Lines{"one", "...", "three"}));
  EXPECT_TRUE(matches(said, Lines{"one", "two ...", "three"}));
  EXPECT_FALSE(matches(said, Lines{"one", "three"}));
  EXPECT_FALSE(matches(said, Lines{"one", "...", "four"}));
  EXPECT_FALSE(matches(said, Lines{"one", "two 2"}));
}

TEST(Notebook, OfTheDocumentationRuns) {
  const World world(kBuilt);
  // The one of the PATH may be another than the one that packages are for.
  std::string python;
  for (const char* each : {"python3", "/usr/bin/python3"}) {
    if (world.type(std::string(each) + " -c 'import pandas'").exit_code == 0) python = each;
  }
  if (python.empty()) GTEST_SKIP() << "python3-pandas is not installed";
  const std::string program = firstOf(kRepository / "docs/notebooks.md", "python");
  const RunResult result = world.type(python + " - <<'END'\n" + program + "END\n");
  EXPECT_EQ(result.exit_code, 0) << result.out;
  const Lines said = linesOf(result.out);
  ASSERT_GT(said.size(), 5U) << result.out;
  EXPECT_EQ(said[0], "shared-weights");
  EXPECT_NE(result.out.find("mlp-unit"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("pearson"), std::string::npos) << result.out;
}

TEST(Site, IsBuiltWithoutAWarningOrADeadLink) {
  const World world(kBuilt);
  if (world.type("command -v mkdocs doxygen").exit_code != 0) {
    GTEST_SKIP() << "mkdocs and doxygen are not installed";
  }
  const RunResult built = world.type("python3 '" + (kRepository / "docs/site/build.py").string() +
                                     "' kindred documentation");
  EXPECT_EQ(built.exit_code, 0) << built.out;
  EXPECT_EQ(built.out, "");
  const auto holds = [&](const std::string& page, const std::string& text) {
    return world.type("grep -qF -- '" + text + "' documentation/site/" + page).exit_code == 0;
  };
  EXPECT_TRUE(holds("tutorial.html", "units permuted"));
  EXPECT_TRUE(holds("reference/commands.html", "--fail-on"));
  EXPECT_TRUE(holds("reference/plugins.html", "sign-test"));
  EXPECT_TRUE(holds("sdk/index.html", "Kindred SDK"));
}

}  // namespace
}  // namespace kindred::clitest
