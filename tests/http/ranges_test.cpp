#include "ranges.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <random>
#include <string>

namespace kindred::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Extents = std::vector<Extent>;

TEST(JoinedRanges, AreSortedAndEmptyOnesVanish) {
  EXPECT_EQ(joined({{50, 5}, {7, 0}, {10, 5}}, 0), (Extents{{10, 5}, {50, 5}}));
  EXPECT_THAT(joined({}, 10), IsEmpty());
  EXPECT_THAT(joined({{5, 0}}, 10), IsEmpty());
}

TEST(JoinedRanges, MeetWhereTheyTouchOrOverlap) {
  EXPECT_EQ(joined({{0, 10}, {10, 10}}, 0), (Extents{{0, 20}}));
  EXPECT_EQ(joined({{0, 10}, {11, 10}}, 0), (Extents{{0, 10}, {11, 10}}));
  EXPECT_EQ(joined({{0, 10}, {5, 10}}, 0), (Extents{{0, 15}}));
  EXPECT_EQ(joined({{0, 100}, {5, 10}}, 0), (Extents{{0, 100}}));
  EXPECT_EQ(joined({{3, 4}, {3, 4}, {3, 9}}, 0), (Extents{{3, 9}}));
}

TEST(JoinedRanges, BridgeAGapUpToTheLimitAndNoFurther) {
  EXPECT_EQ(joined({{0, 10}, {20, 1}}, 10), (Extents{{0, 21}}));
  EXPECT_EQ(joined({{0, 10}, {21, 1}}, 10), (Extents{{0, 10}, {21, 1}}));
}

TEST(JoinedRanges, DoNotOverflowAtTheEndOfTheNumbers) {
  constexpr std::uint64_t kEnd = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(joined({{kEnd - 5, 5}, {0, 1}}, kEnd / 2), (Extents{{0, 1}, {kEnd - 5, 5}}));
}

TEST(PlannedRuns, SplitOnlyWhatIsTooLong) {
  EXPECT_EQ(planRuns({{0, 8}}, 0, 8), (Extents{{0, 8}}));
  EXPECT_EQ(planRuns({{0, 9}}, 0, 8), (Extents{{0, 5}, {5, 4}}));
  EXPECT_EQ(planRuns({{100, 25}}, 0, 8), (Extents{{100, 7}, {107, 6}, {113, 6}, {119, 6}}));
  EXPECT_EQ(planRuns({{3, 1}}, 0, 1), (Extents{{3, 1}}));
}

TEST(PlannedRuns, CoverExactlyTheJoinedRanges) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    Extents wanted;
    for (int i = 0; i < 12; ++i) wanted.push_back({random() % 200, random() % 30});
    const std::uint64_t gap = random() % 10, longest = 1 + random() % 40;
    const Extents whole = joined(wanted, gap);
    const Extents runs = planRuns(wanted, gap, longest);
    EXPECT_EQ(joined(runs, 0), joined(whole, 0));
    std::uint64_t sum = 0, whole_sum = 0;
    for (const Extent& run : runs) {
      EXPECT_LE(run.length, longest);
      EXPECT_GT(run.length, 0U);
      sum += run.length;
    }
    for (const Extent& extent : whole) whole_sum += extent.length;
    EXPECT_EQ(sum, whole_sum) << "runs overlap";
  }
}

TEST(DefaultNumbers, AreWhatTheirNamesSay) {
  EXPECT_EQ(kDefaultGap, 65'536U);
  EXPECT_EQ(kLongestRun, 8'388'608U);
}

TEST(ScatteredBytes, ReachEveryPieceWhateverTheChunks) {
  const std::string file = "0123456789abcdefghijklmnopqrstuvwxyz";
  for (std::size_t chunk = 1; chunk <= file.size(); ++chunk) {
    std::string a(10, '.'), b(10, '.'), c(1, '.'), all(36, '.');
    const auto bytes = [](std::string& text) { return std::as_writable_bytes(std::span(text)); };
    const Scatter scatter({{5, bytes(a)}, {10, bytes(b)}, {35, bytes(c)}, {0, bytes(all)}});
    for (std::size_t at = 0; at < file.size(); at += chunk) {
      const std::size_t n = std::min(chunk, file.size() - at);
      scatter.put(at, std::as_bytes(std::span(file.data() + at, n)));
    }
    EXPECT_EQ(a, file.substr(5, 10));
    EXPECT_EQ(b, file.substr(10, 10));
    EXPECT_EQ(c, "z");
    EXPECT_EQ(all, file);
  }
}

TEST(ScatteredBytes, ThatNobodyWantsAreDropped) {
  std::string piece(2, '.');
  const Scatter scatter({{100, std::as_writable_bytes(std::span(piece))}});
  const std::string before(100, 'x'), after(50, 'y');
  scatter.put(0, std::as_bytes(std::span(before)));
  scatter.put(102, std::as_bytes(std::span(after)));
  EXPECT_EQ(piece, "..");
}

}  // namespace
}  // namespace kindred::http
