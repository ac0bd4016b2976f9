// kindred compare --all: families, their trees, and roots that dates give them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "toys.hpp"

namespace kindred::clitest {
namespace {

using nlohmann::json;
using support::RunResult;
using support::TempDir;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Two children of one base, two of each child's own, and a stranger.
class LineageOfToys : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new TempDir;
    const Toy base = toyLlama(1), left = tuned(base, 2), right = tuned(base, 3);
    const std::vector<std::pair<std::string, Toy>> models{{"left-1", tuned(left, 4)},
                                                          {"left-2", tuned(left, 5)},
                                                          {"right-1", tuned(right, 6)},
                                                          {"right-2", tuned(right, 7)},
                                                          {"stranger", toyLlama(20)}};
    for (const auto& [name, toy] : models) {
      saveModel(*dir_ / ("zoo/" + name), stored(toy), toyLlamaConfig());
    }
  }
  static void TearDownTestSuite() {
    delete dir_;
    dir_ = nullptr;
  }

  static RunResult compared(std::vector<std::string> options = {}) {
    std::vector<std::string> command{"compare", "--all", (*dir_ / "zoo").string(),
                                     "--force", "--out", (*dir_ / "out").string()};
    command.insert(command.end(), options.begin(), options.end());
    return support::run(command);
  }

  static json treeOf(const RunResult& result) {
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const json report = json::parse(result.out);
    const json& family = report.at("families").at(0);
    EXPECT_EQ(family.at("models").size(), 4u);
    return family.at("trees").at(0);
  }

  static TempDir* dir_;
};
TempDir* LineageOfToys::dir_ = nullptr;

TEST_F(LineageOfToys, SetsTheChildrenOfOneParentApartAndHasNoRoot) {
  const json tree = treeOf(compared({"--json"}));
  std::vector<double> supports;
  for (const json& node : tree.at("nodes")) {
    if (!node.at("support").is_null()) supports.push_back(node.at("support"));
  }
  ASSERT_EQ(supports.size(), 1u) << tree.dump(1);
  EXPECT_GT(supports[0], 0.9);
  EXPECT_EQ(tree.at("root"), "");
  EXPECT_THAT(tree.at("newick").get<std::string>(), Not(HasSubstr("stranger")));
  const json& nodes = tree.at("nodes");
  const auto parentOf = [&](const std::string& model) {
    for (const json& node : nodes) {
      if (node.at("model") == model) return node.at("parent").get<int>();
    }
    return -1;
  };
  EXPECT_EQ(parentOf("left-1"), parentOf("left-2"));
  EXPECT_EQ(parentOf("right-1"), parentOf("right-2"));
  EXPECT_NE(parentOf("left-1"), parentOf("right-1"));
}

TEST_F(LineageOfToys, HasARootWhereDatesSayWhichWasFirst) {
  const auto dates = dir_->write("dates.txt",
                                 "# as their cards say\n"
                                 "left-1 2024-03-01\nleft-2 2024-03-02\n"
                                 "right-1 2023-12-24  # the first\nright-2 2024-01-01\n");
  const json tree = treeOf(compared({"--json", "--dates", dates.string()}));
  EXPECT_EQ(tree.at("root"), "right-1");
  EXPECT_THAT(tree.at("newick").get<std::string>(), testing::EndsWith("right-1;"));
}

TEST_F(LineageOfToys, IsPrintedWithTheSupportOfItsBranches) {
  const RunResult result = compared();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("of draws of layers set apart"), HasSubstr("no root")));
}

TEST_F(LineageOfToys, TellsWhatIsWrongWithDatesByLine) {
  const auto bad = [](const std::string& text) {
    const auto file = dir_->write("bad.txt", text);
    const RunResult result = compared({"--dates", file.string()});
    EXPECT_EQ(result.exit_code, 2);
    return result.err;
  };
  EXPECT_THAT(bad("left-1 2024-02-30\n"), HasSubstr("bad.txt:1"));
  EXPECT_THAT(bad("\nleft-3 2024-02-20\n"), AllOf(HasSubstr("bad.txt:2"), HasSubstr("left-")));
  EXPECT_THAT(bad("left-1 2024-02-20\nleft-1 2024-02-21\n"), HasSubstr("already"));
  EXPECT_EQ(compared({"--dates", (*dir_ / "none.txt").string()}).exit_code, 2);
}

}  // namespace
}  // namespace kindred::clitest
