#include "yaml/words.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "yaml/diagnostics.hpp"
#include "yaml/utf8.hpp"

namespace kindred::yaml {
namespace {

TEST(DidYouMean, FindsSlipsOfThePen) {
  const std::vector<std::string> known = {"compare", "metrics", "sample", "select"};
  EXPECT_EQ(didYouMean("metrcs", known), "metrics");   // a letter left out
  EXPECT_EQ(didYouMean("mertics", known), "metrics");  // two swapped
  EXPECT_EQ(didYouMean("Sample", known), "sample");    // case
  EXPECT_EQ(didYouMean("selectt", known), "select");   // one too many
}

TEST(DidYouMean, IsSilentAboutOtherWords) {
  const std::vector<std::string> known = {"compare", "metrics", "a"};
  EXPECT_EQ(didYouMean("frobnicate", known), "");
  EXPECT_EQ(didYouMean("b", known), "");
  EXPECT_EQ(didYouMean("", known), "");
  EXPECT_EQ(didYouMean(std::string(100'000, 'm'), known), "");
}

TEST(Scalars, AreAllOfTheTextOrNothing) {
  EXPECT_EQ(numberOf("-0.5e-3"), -0.5e-3);
  for (const char* none : {"", " 1", "1 ", "1x", "nan", "inf", "1e999", "0x10", "1_000"}) {
    EXPECT_FALSE(numberOf(none)) << none;
    EXPECT_FALSE(integerOf(none)) << none;
  }
  EXPECT_EQ(integerOf("-12"), -12);
  EXPECT_EQ(integerOf("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_FALSE(integerOf("9223372036854775808"));
  EXPECT_FALSE(integerOf("2.5"));
  EXPECT_FALSE(integerOf("1e9"));
}

TEST(Quote, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(quote("a\x1b[31m\n\t"), "'a\\x1b[31m\\n\\x09'");
}

TEST(Quote, CutsLongTextsBetweenCharacters) {
  std::string text(59, 'x');
  EXPECT_EQ(quote(text + "\xc3\xa4" + "yyy"), "'" + text + "...'");
}

TEST(Utf8, NamesTheFirstBrokenByte) {
  EXPECT_FALSE(findTextProblem("\xef\xbb\xbfok \xf0\x9f\x98\x80\r\n"));
  for (const char* broken : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
    const auto problem = findTextProblem(std::string("\xc3\xa4\n\xc3\xa4 ") + broken);
    ASSERT_TRUE(problem);
    EXPECT_EQ(problem->line, 2);
    EXPECT_EQ(problem->column, 3);
  }
}

TEST(Underlined, PutsACaretBelowTheWord) {
  const std::string source = "kindred: 1\n\ttitel: \xc3\x84x, metrcs: [a]\n";
  EXPECT_EQ(
      underlined({{{"x.yaml", 2, 13}, "unknown key 'metrcs'", "did you mean 'metrics'?"}}, source),
      "x.yaml:2:13: unknown key 'metrcs' (did you mean 'metrics'?)\n"
      "    2 | \ttitel: \xc3\x84x, metrcs: [a]\n"
      "      | \t           ^~~~~~\n");
}

TEST(Underlined, ShowsNoLineWhereThereIsNone) {
  EXPECT_EQ(underlined({{{"--set title", 0, 0}, "expected text", ""},
                        {{"x.yaml", 9, 1}, "beyond the end", ""}},
                       "kindred: 1\n"),
            "--set title: expected text\n"
            "x.yaml:9:1: beyond the end\n    9 | \n      | ^\n");
}

TEST(Underlined, CutsALongLineAroundThePlace) {
  const std::string source = std::string(5000, 'x') + " here " + std::string(5000, 'y');
  const std::string shown = underlined({{{"x.yaml", 1, 5002}, "wrong", ""}}, source);
  EXPECT_LT(shown.size(), 300u);
  const std::size_t caret = shown.find('^');
  const std::size_t line = shown.rfind('\n', caret);
  EXPECT_EQ(shown[shown.rfind('\n', line - 1) + (caret - line)], 'h');
}

}  // namespace
}  // namespace kindred::yaml
