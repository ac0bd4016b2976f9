#include <limits>

#include <gtest/gtest.h>

#include <kindred/alignment.hpp>
#include <kindred/analysis/align/coins.hpp>

namespace {

using kindred::align::Coins;

TEST(Coins, AnOriginMetManyTimesIsOneCoin) {
  Coins coins;
  for (int copy = 0; copy < 5; ++copy) coins.add(3, 0.2);
  coins.add(4, -0.1);
  EXPECT_EQ(coins.count().coins, 2u);
  EXPECT_EQ(coins.count().heads, 1u);
}

TEST(Coins, TheSumDecidesTheSide) {
  Coins coins;
  coins.add(0, 0.9);
  coins.add(0, -0.5);
  coins.add(0, -0.5);
  EXPECT_EQ(coins.count().heads, 0u);
}

TEST(Coins, AnExactZeroIsNoCoin) {
  Coins coins;
  coins.add(0, 0.0);
  coins.add(1, 0.5);
  coins.add(1, -0.5);
  EXPECT_EQ(coins.count().coins, 0u);
}

TEST(Coins, WhatIsNotFiniteOrHasNoOriginIsNoCoin) {
  Coins coins;
  coins.add(0, std::numeric_limits<double>::quiet_NaN());
  coins.add(1, std::numeric_limits<double>::infinity());
  coins.add(kindred::kNoOrigin, 0.7);
  EXPECT_TRUE(coins.values().empty());
}

TEST(Coins, ThoseWithinTheThresholdAreLeftOut) {
  Coins coins(0.1);
  coins.add(0, 0.1);
  coins.add(1, -0.11);
  EXPECT_EQ(coins.count().coins, 1u);
  EXPECT_EQ(coins.count().heads, 0u);
}

TEST(Coins, AreCountedByTheLayerOfTheReference) {
  Coins coins;
  coins.add(0, 1, 2);
  coins.add(1, -1, 2);
  coins.add(2, 1, 5);
  const auto layers = coins.countByLayer();
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers.at(2).coins, 2u);
  EXPECT_EQ(layers.at(2).heads, 1u);
  EXPECT_EQ(layers.at(5).heads, 1u);
}

}  // namespace
