#include "plan/pattern.hpp"

#include <gtest/gtest.h>

#include <kindred/error.hpp>

namespace kindred::plan {
namespace {

TEST(Pattern, CapturesLayersAndExpertsAsDigits) {
  const auto captures = Pattern("model.layers.{layer}.mlp.experts.{expert}.up_proj.weight")
                            .match("model.layers.12.mlp.experts.127.up_proj.weight");
  ASSERT_TRUE(captures);
  EXPECT_EQ(captures->at("layer"), "12");
  EXPECT_EQ(captures->at("expert"), "127");
}

TEST(Pattern, MatchesWholeNamesOnly) {
  EXPECT_FALSE(Pattern("layers.{layer}.up").match("model.layers.1.up"));
  EXPECT_FALSE(Pattern("layers.{layer}.up").match("layers.1.up.weight"));
  EXPECT_FALSE(Pattern("layers.{layer}.up").match("layers.one.up"));
  EXPECT_FALSE(Pattern("layers.{layer}.up").match("layers..up"));
}

TEST(Pattern, LetsWordsStopAtDotsAndStarsRunOverThem) {
  const auto word = Pattern("{block}.weight").match("norm.weight");
  ASSERT_TRUE(word);
  EXPECT_EQ(word->at("block"), "norm");
  EXPECT_FALSE(Pattern("{block}.weight").match("a.norm.weight"));
  EXPECT_TRUE(Pattern("*.weight").match("a.norm.weight"));
  EXPECT_TRUE(Pattern("*").match(""));
  EXPECT_TRUE(Pattern("a*b*c").match("a.b.b.c"));
}

TEST(Pattern, WantsARepeatedCaptureToReadTheSame) {
  EXPECT_TRUE(Pattern("{layer}.x.{layer}").match("12.x.12"));
  EXPECT_FALSE(Pattern("{layer}.x.{layer}").match("12.x.13"));
}

TEST(Pattern, GivesUpOnExponentialBacktracking) {
  EXPECT_THROW(Pattern("*a*a*a*a*a*a*a*a*b").match(std::string(200, 'a')), Error);
}

TEST(Pattern, RefusesAnUnclosedBrace) { EXPECT_THROW(Pattern("layers.{layer"), Error); }

}  // namespace
}  // namespace kindred::plan
