#include "models/name_pattern.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace kindred::models {
namespace {

TEST(NamePattern, CapturesLayerAndExpert) {
  const NamePattern pattern("model.layers.{layer}.mlp.experts.{expert}.up_proj.weight");
  const auto captures = pattern.match("model.layers.12.mlp.experts.127.up_proj.weight");
  ASSERT_TRUE(captures.has_value());
  EXPECT_EQ(captures->layer, 12);
  EXPECT_EQ(captures->expert, 127);
}

TEST(NamePattern, WithoutCapturesIsTheNameItself) {
  const NamePattern pattern("lm_head.weight");
  ASSERT_TRUE(pattern.match("lm_head.weight").has_value());
  EXPECT_EQ(pattern.match("lm_head.weight")->layer, -1);
  EXPECT_FALSE(pattern.match("lm_head.weight2").has_value());
  EXPECT_FALSE(pattern.match("xlm_head.weight").has_value());
}

TEST(NamePattern, MatchesTheWholeNameAndPlainIndicesOnly) {
  const NamePattern pattern("l.{layer}.w");
  EXPECT_TRUE(pattern.match("l.0.w").has_value());
  EXPECT_EQ(pattern.match("l.999999999.w")->layer, 999999999);
  for (const char* other : {"l.00.w", "l.01.w", "l..w", "l.-1.w", "l.1.w.x", "l.1", "l.x.w",
                            "l.1000000000.w", "l.99999999999999999999999.w", ""}) {
    EXPECT_FALSE(pattern.match(other).has_value()) << other;
  }
}

TEST(NamePattern, SaysWhichLayerIsMeantWhereNamesCountOtherwise) {
  const auto layer = [](const char* pattern) { return NamePattern(pattern).match("l.5.w")->layer; };
  EXPECT_EQ(layer("l.{layer+30}.w"), 35);
  EXPECT_EQ(layer("l.{2*layer}.w"), 10);
  EXPECT_EQ(layer("l.{2*layer+1}.w"), 11);
  EXPECT_EQ(NamePattern("l.{2*layer+1}.w").text(), "l.{2*layer+1}.w");
  EXPECT_EQ(NamePattern("l.{2*layer+1}.w").layersOfEach(), 2);
  EXPECT_EQ(NamePattern("l.{layer+30}.w").layersOfEach(), 1);
}

std::string refusal(const std::string& text) {
  try {
    NamePattern pattern(text);
  } catch (const std::invalid_argument& problem) {
    return problem.what();
  }
  return "no error";
}

TEST(NamePattern, RefusesWhatCannotBeMatchedPlainly) {
  EXPECT_EQ(refusal(""), "a pattern has at least one character");
  EXPECT_EQ(refusal("a.{head}.b"), "only {layer} and {expert} are captured");
  EXPECT_EQ(refusal("a.*.b"), "only {layer} and {expert} are captured");
  EXPECT_EQ(refusal("a.{layer.b"), "'{' without a '}' behind it");
  EXPECT_EQ(refusal("a}b"), "'}' without a '{' before it");
  EXPECT_EQ(refusal("{layer}.{layer}"), "{layer} is captured twice");
  EXPECT_EQ(refusal("{layer}{expert}"), "two captures need something between them");
  for (const char* text : {"{0*layer}", "{x*layer}", "{layer+}", "{layer+1.5}", "{9999*layer}"}) {
    EXPECT_EQ(refusal(text), "a layer is {layer}, {layer+3} or {2*layer+1}") << text;
  }
  EXPECT_EQ(refusal("{layer}0"), "a digit behind a capture makes the pattern ambiguous");
}

}  // namespace
}  // namespace kindred::models
