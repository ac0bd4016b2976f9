// Tree coins, from the outside: on toys with the matrices that maps of the stream are made of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/alignment/comparison.hpp"
#include "support/alignment/whole_toy.hpp"
#include "support/loaded_plugin.hpp"

namespace kindred::tree_coins_test {
namespace {

using test::compare;
using test::Comparison;
using test::ToyModel;
using test::WholeToy;

const Finding* found(const Comparison& comparison) {
  return comparison.outcome.findings.empty() ? nullptr : &comparison.outcome.findings.front();
}

Comparison treeOf(const ModelWeights& a, const ModelWeights& b) {
  return compare({"tree-coins"}, a, b);
}

TEST(TreeCoins, KeepWhatTheirPluginPromises) { EXPECT_EQ(support::complaints("tree-coins"), ""); }

TEST(TreeCoins, OfACopyAllFallAlike) {
  const WholeToy a("a", 1);
  WholeToy b = a.as("b");
  b.trained(0.3, 9);
  const Comparison c = treeOf(a, b);
  ASSERT_NE(found(c), nullptr);
  EXPECT_EQ(found(c)->gauge, "residual-dim");
  EXPECT_EQ(found(c)->units, 47U) << "one fewer than coordinates";
  EXPECT_EQ(found(c)->statistic, 47);
  EXPECT_DOUBLE_EQ(found(c)->log10_p, found(c)->log10_p_floor);
  EXPECT_GT(found(c)->likeness->matched, 2.5 * found(c)->likeness->chance);
}

TEST(TreeCoins, SeeThroughAllThatCanBeRedrawnInsideLayers) {
  const WholeToy a("a", 1);
  WholeToy b = a.as("b");
  b.redrawn(5).trained(0.2, 9);
  const Comparison c = compare({"sign-test", "tree-coins"}, a, b);
  EXPECT_GT(c.log10P("mlp-unit"), -3);
  EXPECT_GT(c.log10P("value-dim"), -3);
  EXPECT_LT(treeOf(a, b).log10P("residual-dim"), -13);
}

TEST(TreeCoins, FollowCoordinatesThatChangedPlaces) {
  const WholeToy a("a", 1);
  WholeToy b = a.as("b");
  b.coordinatesPermuted(4).trained(0.1, 9);
  EXPECT_LT(treeOf(a, b).log10P("residual-dim"), -8);
}

TEST(TreeCoins, DoNotSeeThroughSignsOfTheStreamThatWereRedrawn) {
  const WholeToy a("a", 1);
  WholeToy b = a.as("b");
  b.coordinatesNegated(6).trained(0.2, 9);
  EXPECT_GT(treeOf(a, b).log10P("residual-dim"), -4);
}

TEST(TreeCoins, GiveUniformPValuesForStrangers) {
  int below_half = 0, below_twentieth = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Comparison c = treeOf(WholeToy("a", 2 * seed + 1), WholeToy("b", 2 * seed + 2));
    ASSERT_NE(found(c), nullptr) << seed;
    below_half += found(c)->log10_p <= std::log10(0.5);
    below_twentieth += found(c)->log10_p <= std::log10(0.05);
  }
  EXPECT_GT(below_half, 100 - 4 * 7.1 - 12) << "p-values of counts are a little too large";
  EXPECT_LT(below_half, 100 + 4 * 7.1);
  EXPECT_LT(below_twentieth, 10 + 4 * 3.1);
}

TEST(TreeCoins, OfClonedWidthsOfStrangersAreNoEvidence) {
  int unlucky = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    WholeToy a("a", seed), b("b", seed + 100);
    a.coordinatesCloned(4).trained(0.02, seed + 50);
    b.coordinatesCloned(4).trained(0.02, seed + 60);
    const Comparison c = treeOf(a, b);
    EXPECT_TRUE(found(c) == nullptr || found(c)->copies > 0) << seed;
    EXPECT_EQ(found(c) == nullptr, !c.outcome.refusals.empty()) << seed;
    unlucky += c.log10P("residual-dim") < -3;
  }
  EXPECT_LE(unlucky, 1);
}

TEST(TreeCoins, OfStreamsThatLeanOneWayAreRefused) {
  WholeToy a("a", 1), b("b", 2);
  a.leaning();
  b.leaning();
  EXPECT_EQ(found(treeOf(a, b)), nullptr);
  EXPECT_FALSE(treeOf(a, b).outcome.refusals.empty());
}

TEST(TreeCoins, PassOverWhatIsNotFiniteOrTooLarge) {
  for (const float odd : {std::numeric_limits<float>::quiet_NaN(), 1e30f}) {
    const WholeToy a("a", 1);
    WholeToy b = a.as("b");
    b.trained(0.2, 9);
    b.at(role::kDown, {1, -1, false}).values[5] = odd;
    b.at(role::kValue, {2, -1, false}).values[7] = odd;
    EXPECT_LT(treeOf(a, b).log10P("residual-dim"), -10) << odd;
  }
}

TEST(TreeCoins, OfAVeryWideStreamAreThoseOfSomeCoordinatesAndSaySo) {
  test::ToyShape wide;
  wide.layers = 1;
  wide.hidden = 2304;
  wide.units = 16;
  const WholeToy a("a", 1, wide), stranger("c", 3, wide);
  WholeToy b = a.as("b");
  b.trained(0.2, 9);
  const Comparison kin = treeOf(a, b), strangers = treeOf(a, stranger);
  ASSERT_NE(found(kin), nullptr);
  EXPECT_EQ(found(kin)->units, 2047U);
  EXPECT_LT(kin.log10P("residual-dim"), -300);
  EXPECT_GT(strangers.log10P("residual-dim"), -4);
  EXPECT_NE(found(kin)->assumptions.find("of 2304 coordinates 2048, evenly spread"),
            std::string::npos)
      << found(kin)->assumptions;
}

TEST(TreeCoins, OfOtherWidthsAreNotCompared) {
  test::ToyShape wide;
  wide.hidden = 64;
  EXPECT_EQ(found(treeOf(WholeToy("a", 1), WholeToy("b", 2, wide))), nullptr);
}

}  // namespace
}  // namespace kindred::tree_coins_test
