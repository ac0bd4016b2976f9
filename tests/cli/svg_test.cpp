// Pictures of a report as files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace kindred::clitest {
namespace {

namespace fs = std::filesystem;
using support::RunResult;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class Svg : public testing::Test {
 protected:
  void SetUp() override {
    const std::string demo = KINDRED_SOURCE_DIR "/configs/demo/";
    const RunResult made =
        support::run({"compare", demo + "base", demo + "tuned", "--out", (dir_ / "out").string()});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }

  RunResult report(const std::string& name, support::RunOptions options = {}) const {
    return support::run({"report", (dir_ / "out").string(), "--svg", name}, options);
  }

  support::TempDir dir_;
};

TEST_F(Svg, EveryPictureIsDrawn) {
  if (std::string(KINDRED_NODE).empty()) GTEST_SKIP() << "without node nothing is drawn";
  const RunResult result = report("all");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(dir_ / "out")) {
    EXPECT_NE(entry.path().extension(), ".part");
    if (entry.path().extension() != ".svg") continue;
    ++count;
    EXPECT_THAT(result.out, HasSubstr(entry.path().string() + "\n"));
    const std::string drawn = support::readFile(entry.path());
    EXPECT_THAT(drawn, AllOf(StartsWith("<svg"), HasSubstr("</svg>"))) << entry.path();
    EXPECT_GT(drawn.size(), 2000U) << entry.path();
  }
  EXPECT_GT(count, 1U);
  dir_.write("out/another.svg", "<svg/>");
  const RunResult verified = support::run({"verify", (dir_ / "out").string()});
  EXPECT_EQ(verified.exit_code, 0) << verified.out;
  EXPECT_THAT(verified.out, StartsWith("another.svg was not checked: "));
  support::RunOptions without_node;
  without_node.environment = {{"PATH", "/nowhere"}};
  const RunResult unchecked = support::run({"verify", (dir_ / "out").string()}, without_node);
  EXPECT_EQ(unchecked.exit_code, 0) << unchecked.out;
  EXPECT_THAT(unchecked.out, HasSubstr("Pictures were not checked: node draws pictures"));
}

TEST_F(Svg, APictureThatSomebodyChangedIsKeptUnlessForced) {
  if (std::string(KINDRED_NODE).empty()) GTEST_SKIP() << "without node nothing is drawn";
  ASSERT_EQ(report("all").exit_code, 0);
  ASSERT_EQ(report("all").exit_code, 0) << "they are as they would be drawn";
  fs::path picture;
  for (const auto& entry : fs::directory_iterator(dir_ / "out")) {
    if (entry.path().extension() == ".svg") picture = entry.path();
  }
  dir_.write("out/" + picture.filename().string(), "changed");
  const RunResult verified = support::run({"verify", (dir_ / "out").string()});
  EXPECT_EQ(verified.exit_code, 3);
  EXPECT_THAT(verified.out,
              AllOf(HasSubstr("differs: " + picture.filename().string() + " byte 1\n"),
                    HasSubstr("1 difference among")));
  const RunResult refused = report(picture.stem());
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("(replace it with --force)"));
  EXPECT_EQ(support::readFile(picture), "changed");
  const RunResult forced =
      support::run({"report", (dir_ / "out").string(), "--force", "--svg", picture.stem()});
  EXPECT_EQ(forced.exit_code, 0) << forced.err;
  EXPECT_THAT(support::readFile(picture), StartsWith("<svg"));
}

TEST_F(Svg, SaysWhichPicturesThereAre) {
  const RunResult result = report("no-such-picture");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err,
              HasSubstr("--svg: 'no-such-picture' is no picture of this report (known: "));
}

TEST_F(Svg, NamesOfPicturesAreCompleted) {
  const RunResult all =
      support::run({"complete", "--", "report", (dir_ / "out").string(), "--svg", ""});
  EXPECT_THAT(all.out, AllOf(HasSubstr("all\tevery one\n"), HasSubstr("picture-1-")));
  const RunResult none = support::run({"complete", "--", "report", dir_.text(), "--svg", ""});
  EXPECT_EQ(none.exit_code, 0) << "nothing is said in the middle of a line";
  EXPECT_EQ(none.err, "");
}

TEST_F(Svg, SaysThatNodeIsMissing) {
  support::RunOptions options;
  options.environment = {{"PATH", dir_.text()}};
  const RunResult result = report("all", options);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("node draws pictures, and there is none (install nodejs"));
}

}  // namespace
}  // namespace kindred::clitest
