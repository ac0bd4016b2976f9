// Which rows of a tensor are read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "replay/replay.hpp"

namespace kindred::replay {
namespace {

TEST(SpacedRows, AreAllOfThemOnceWhereAllAreWanted) {
  for (const std::uint64_t rows : {1u, 7u, 49u, 176u, 1000u, 28'672u}) {
    std::vector<std::uint64_t> all(rows);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(spacedRows(rows, rows), all);
    EXPECT_EQ(spacedRows(rows, 2 * rows), all);
  }
}

TEST(SpacedRows, AreEvenlySpacedAndNeverTwice) {
  EXPECT_THAT(spacedRows(10, 4), testing::ElementsAre(0, 2, 5, 7));
  EXPECT_THAT(spacedRows(10, 0), testing::ElementsAre(0));
  const std::vector<std::uint64_t> some = spacedRows(std::uint64_t{1} << 40, 3);
  EXPECT_THAT(some, testing::ElementsAre(0, 366'503'875'925, 733'007'751'850));
}

}  // namespace
}  // namespace kindred::replay
