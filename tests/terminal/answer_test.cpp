// What a run shows at a terminal: the answer first, whole names, no line wider than the terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "terminal/at_terminal.hpp"

namespace kindred::terminaltest {
namespace {

namespace fs = std::filesystem;
using support::TempDir;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const fs::path kShipped = KINDRED_SOURCE_DIR;

// Characters, not bytes.
std::size_t widest(const std::string& shown) {
  std::istringstream lines(shown);
  std::size_t most = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto inner = std::count_if(line.begin(), line.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    });
    most = std::max(most, line.size() - static_cast<std::size_t>(inner));
  }
  return most;
}

class Answer : public testing::Test {
 protected:
  std::string model(const std::string& name, const std::string& as) {
    fs::copy(kShipped / "configs/demo" / name, dir_ / as, fs::copy_options::recursive);
    return as;
  }

  TerminalResult shown(std::vector<std::string> words, unsigned short columns = 80) {
    words.insert(words.end(), {"--out", "out" + std::to_string(++runs_)});
    return runAtTerminal(support::kindredCommand(std::move(words)),
                         {.columns = columns, .directory = dir_.path()});
  }

  TempDir dir_;
  int runs_ = 0;
};

TEST_F(Answer, StandsFirstInBoldThenWhatWasCoveredThenTheEvidence) {
  const TerminalResult result = shown({"compare", model("base", "base"), model("tuned", "tuned")});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.shown, HasSubstr("\x1b[1mbase and tuned: Shared weights\x1b[0m"));
  EXPECT_THAT(result.shown, HasSubstr("\x1b[1mThe tested weights of base and tuned agree as"));
  const std::string text = withoutControls(result.shown);
  std::size_t at = 0;
  for (const char* part : {"base and tuned: Shared weights", "common ancestor", "Covered: ",
                           "log10 p", "units of the MLP", "Report: out1/report.html"}) {
    const std::size_t found = text.find(part, at);
    EXPECT_NE(found, std::string::npos) << part << " does not follow in:\n" << text;
    at = std::min(found, text.size());
  }
  EXPECT_THAT(text, AllOf(Not(HasSubstr("decides")), Not(HasSubstr("Null:"))));
  EXPECT_LE(widest(text.substr(text.find("base and tuned: "))), 80U);
}

TEST_F(Answer, UsesTheWidthOfTheTerminal) {
  const std::string text = withoutControls(
      shown({"compare", model("base", "base"), model("tuned", "tuned"), "--verbose"}, 120).shown);
  const std::string answer = text.substr(text.find("base and tuned: "));
  EXPECT_GT(widest(answer), 80U);
  EXPECT_LE(widest(answer), 120U);
  EXPECT_THAT(answer, AllOf(HasSubstr("Null: "), HasSubstr("Assumes: "), HasSubstr("Coverage: ")));
}

TEST_F(Answer, OfIdentifyIsNoWiderThanTheTerminal) {
  const TerminalResult result =
      shown({"identify", model("base", "base"), "--among", model("tuned", "tuned"),
             model("stranger", "a-stranger-with-quite-a-long-name")},
            60);
  EXPECT_EQ(result.exit_code, 0) << result.shown;
  const std::string text = withoutControls(result.shown);
  const std::string answer = text.substr(text.find("base shares weights with 1"));
  EXPECT_LE(widest(answer), 60U) << answer;
  EXPECT_THAT(answer, HasSubstr("\n  tuned: Shared weights, p <= "));
}

TEST_F(Answer, NeverCutsNames) {
  const std::string stem =
      "a-model-whose-name-differs-from-the-other-name-in-its-last-letter-only-";
  const std::string a = model("base", stem + "a"), b = model("tuned", stem + "b");
  const std::string text = withoutControls(shown({"compare", a, b}).shown);
  EXPECT_THAT(text, AllOf(HasSubstr(a), HasSubstr(b)));
  model("stranger", "c");
  fs::create_directories(dir_ / "all");
  for (const std::string& name : {a, b, std::string("c")}) {
    fs::rename(dir_ / name, dir_ / "all" / name);
  }
  EXPECT_THAT(withoutControls(shown({"compare", "--all", "all"}).shown),
              HasSubstr(a + " ~\n    " + b));
}

TEST_F(Answer, OfARunWithoutTestsStartsWithWhatWasMeasured) {
  model("base", "base");
  model("tuned", "tuned");
  dir_.write("recipe.yaml",
             "kindred: 1\ntitle: norms\nsources: {disk: {plugin: local-mmap, root: .}}\n"
             "models: {a: disk:base, b: disk:tuned}\nsteps:\n"
             "  - {name: everything, compare: [a, b], metrics: [cosine]}\n"
             "expect:\n"
             "  - {figure: everything.cosine.count, equals: 57}\n"
             "  - {figure: everything.cosine.mean, at-least: 0.5}\n"
             "  - {figure: everything.cosine.mean, at-least: 1.5}\n");
  const TerminalResult result = shown({"run", "recipe.yaml"});
  EXPECT_EQ(result.exit_code, 3) << result.shown;
  const std::string text = withoutControls(result.shown);
  EXPECT_LT(text.find("everything"), text.find("No test that decides was run")) << text;
  EXPECT_THAT(text, Not(HasSubstr("Not testable")));
  EXPECT_THAT(text, AllOf(HasSubstr("2 expectations met\n"),
                          HasSubstr("UNMET: everything.cosine.mean is")));
}

TEST_F(Answer, OfARunWhoseTestsDescribeStartsWithWhatWasMeasured) {
  model("base", "base");
  model("tuned", "tuned");
  dir_.write("recipe.yaml",
             "kindred: 1\ntitle: norms\nsources: {disk: {plugin: local-mmap, root: .}}\n"
             "models: {a: disk:base, b: disk:tuned}\nsteps:\n"
             "  - {name: all, compare: [a, b], select: {roles: [norm.attention]}, pair: all-layers,"
             " metrics: [cosine]}\n"
             "  - {name: margins, test: {plugin: alignment-margins, of: all.cosine}}\n");
  const TerminalResult result = shown({"run", "recipe.yaml"});
  EXPECT_EQ(result.exit_code, 0) << result.shown;
  const std::string text = withoutControls(result.shown);
  EXPECT_LT(text.find("all"), text.find("No test that decides was run")) << text;
  EXPECT_THAT(text, Not(HasSubstr("Not testable")));
  for (const char* file : {"out1/report.md", "out1/report.html"}) {
    EXPECT_THAT(support::readFile(dir_ / file),
                AllOf(HasSubstr("was measured, on average"), Not(HasSubstr("Not testable"))))
        << file;
  }
}

}  // namespace
}  // namespace kindred::terminaltest
