#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include <kindred/analysis/align/origins.hpp>
#include <kindred/analysis/align/widened.hpp>

namespace kindred::align {
namespace {

TEST(Widened, NeighboursAreCopiesOfOneCoordinate) {
  const std::vector<Widened> ways = waysOfWidening(6);  // two and three times
  ASSERT_EQ(ways.size(), 4U);
  using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
  EXPECT_EQ(ways[0].neighbours, (Pairs{{0, 3}, {1, 4}, {2, 5}}));
  EXPECT_EQ(ways[1].neighbours, (Pairs{{0, 1}, {2, 3}, {4, 5}}));
  EXPECT_EQ(ways[2].neighbours, (Pairs{{0, 2}, {1, 3}, {2, 4}, {3, 5}}));
  EXPECT_EQ(ways[3].neighbours, (Pairs{{0, 1}, {1, 2}, {3, 4}, {4, 5}}));
  EXPECT_TRUE(waysOfWidening(1).empty());
  EXPECT_TRUE(waysOfWidening(7).empty());
}

TEST(Widened, NeighboursHaveNoCycle) {
  for (const Widened& way : waysOfWidening(48)) {
    Origins origins(48);
    for (const auto& [c, copy] : way.neighbours) {
      EXPECT_NE(origins.find(c), origins.find(copy)) << way.what;
      origins.join(c, copy);
    }
  }
}

}  // namespace
}  // namespace kindred::align
