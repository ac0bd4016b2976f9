#include "words/pattern.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include <kindred/error.hpp>

namespace kindred::words {
namespace {

// What a pattern captures in a name: "layer=12 expert=127"; "no match" where there is none.
std::string captured(const std::string& text, std::string_view name) {
  const Pattern pattern(text);
  const auto captures = pattern.match(name);
  if (!captures) return "no match";
  std::string all;
  for (const Capture& capture : *captures) {
    all.append(all.empty() ? "" : " ").append(capture.name).append("=").append(capture.value);
  }
  return all;
}

TEST(Pattern, CapturesLayersAndExpertsAsDigits) {
  EXPECT_EQ(captured("model.layers.{layer}.mlp.experts.{expert}.up_proj.weight",
                     "model.layers.12.mlp.experts.127.up_proj.weight"),
            "layer=12 expert=127");
  EXPECT_EQ(captured("h{head}", "h007"), "head=007");
}

TEST(Pattern, MatchesWholeNamesOnly) {
  for (const char* name : {"model.layers.1.up", "layers.1.up.weight", "layers.one.up", "layers..up",
                           "layers.1up", ""}) {
    EXPECT_EQ(captured("layers.{layer}.up", name), "no match") << name;
  }
}

TEST(Pattern, LetsWordsStopAtDotsAndStarsRunOverThem) {
  EXPECT_EQ(captured("{block}.weight", "norm.weight"), "block=norm");
  EXPECT_EQ(captured("{block}.weight", "a.norm.weight"), "no match");
  EXPECT_EQ(captured("*.weight", "a.norm.weight"), "");
  EXPECT_EQ(captured("*", ""), "");
  EXPECT_EQ(captured("a*b*c", "a.b.b.c"), "");
  EXPECT_EQ(captured("*.{layer}.*", "a.1.b.2.c"), "layer=2") << "runs are as long as may be";
}

TEST(Pattern, TriesShorterRunsWhereLongerOnesLeaveNothing) {
  EXPECT_EQ(captured("{layer}0", "1200"), "layer=120");
  EXPECT_EQ(captured("{a}x{b}", "xxx"), "a=x b=x");
}

TEST(Pattern, GivesUpOnExponentialBacktracking) {
  try {
    Pattern("*a*a*a*a*a*a*a*a*b*a").match(std::string(200, 'a'));
    ADD_FAILURE() << "was matched";
  } catch (const Error& error) {
    EXPECT_EQ(error.category(), Category::input);
    EXPECT_EQ(error.message(), "pattern '*a*a*a*a*a*a*a*a*b*a' has too many '*' to be matched");
    EXPECT_EQ(error.remedy(), "name more of what stands between them");
  }
}

std::string refusal(const std::string& text) {
  try {
    Pattern pattern(text);
  } catch (const std::invalid_argument& problem) {
    return problem.what();
  }
  return "no error";
}

TEST(Pattern, SaysWhatIsWrongWithIt) {
  EXPECT_EQ(refusal(""), "a pattern has at least one character");
  EXPECT_EQ(refusal("layers.{layer"), "'{' without a '}' behind it");
  EXPECT_EQ(refusal("a}b"), "'}' without a '{' before it");
  EXPECT_EQ(refusal("a.{}.b"), "expected a name in the braces, but got ''");
  EXPECT_EQ(refusal("a.{b c}"), "expected a name in the braces, but got 'b c'");
  EXPECT_EQ(refusal("{layer}.x.{layer}"), "{layer} is captured twice");
  EXPECT_EQ(refusal("a*{b}**"), "no error");
}

}  // namespace
}  // namespace kindred::words
