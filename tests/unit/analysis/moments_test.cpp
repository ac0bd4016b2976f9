#include <kindred/analysis/stats/moments.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace kindred::stats {
namespace {

Moments of(const std::vector<double>& numbers) {
  Moments moments;
  moments.add(std::span(numbers));
  return moments;
}

TEST(StatsMoments, OfMergedBlocksAreThoseOfAll) {
  Moments parts = of({1e9, 1e9 + 1, 1e9 + 2});
  parts.merge(of({1e9 - 5}));
  const Moments all = of({1e9, 1e9 + 1, 1e9 + 2, 1e9 - 5});
  EXPECT_EQ(parts.count, 4);
  EXPECT_NEAR(parts.mean, all.mean, 1e-6);
  EXPECT_NEAR(parts.deviation, 29, 1e-6);
  EXPECT_NEAR(all.deviation, 29, 1e-6);
  EXPECT_EQ(parts.least, 1e9 - 5);
  EXPECT_EQ(parts.most, 1e9 + 2);
}

TEST(StatsMoments, OfNothingAreNotDefined) {
  Moments none;
  EXPECT_FALSE(none.defined());
  none.merge(of({}));
  EXPECT_FALSE(none.defined());
  none.merge(of({3}));
  EXPECT_TRUE(none.defined());
  EXPECT_EQ(none.norm(), 3);
}

TEST(StatsMoments, KnowTheLengthOfTheVector) { EXPECT_DOUBLE_EQ(of({3, -4, 12}).norm(), 13); }

}  // namespace
}  // namespace kindred::stats
