#include "plan/sample.hpp"

#include <gtest/gtest.h>

namespace kindred::plan {
namespace {

recipe::Sample blocks(std::uint64_t count, std::uint64_t size, std::uint64_t seed) {
  recipe::Sample sample;
  sample.kind = recipe::Sample::Kind::blocks;
  sample.count = count;
  sample.size = size;
  sample.seed = seed;
  return sample;
}

std::vector<Run> runsOf(const std::vector<Segment>& segments) {
  std::vector<Run> runs;
  for (const Segment& segment : segments) {
    runs.insert(runs.end(), segment.runs.begin(), segment.runs.end());
  }
  return runs;
}

TEST(Sample, OfAllCutsTheTensorIntoFixedSegments) {
  const auto cut = segments({}, 2 * kSegment + 5);
  ASSERT_EQ(cut.size(), 3u);
  EXPECT_EQ(cut[1].position, kSegment);
  EXPECT_EQ(cut[2].elements, 5u);
  EXPECT_EQ(cut[2].runs[0].first, 2 * kSegment);
}

TEST(Sample, OfNothingHasNoSegments) {
  EXPECT_TRUE(segments({}, 0).empty());
  EXPECT_EQ(elementsOf({}), 0u);
}

TEST(Sample, OfTheHeadStopsAtTheTensorsEnd) {
  recipe::Sample head;
  head.kind = recipe::Sample::Kind::head;
  head.count = 100;
  EXPECT_EQ(elementsOf(segments(head, 1000)), 100u);
  EXPECT_EQ(elementsOf(segments(head, 60)), 60u);
}

TEST(Sample, OfBlocksDrawsDistinctWholeBlocksInOrder) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto runs = runsOf(segments(blocks(7, 16, seed), 16 * 20 + 3));
    ASSERT_EQ(runs.size(), 7u);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      EXPECT_EQ(runs[i].first % 16, 0u);
      EXPECT_EQ(runs[i].count, 16u);
      EXPECT_LE(runs[i].first + 16, 16u * 20);
      EXPECT_TRUE(i == 0 || runs[i].first > runs[i - 1].first);
    }
  }
}

TEST(Sample, OfBlocksReachesEveryBlockEquallyOften) {
  std::vector<int> hits(10, 0);
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    for (const plan::Run& run : runsOf(segments(blocks(3, 8, seed), 80))) ++hits[run.first / 8];
  }
  for (const int n : hits) EXPECT_NEAR(n, 600, 110);  // five standard deviations
}

TEST(Sample, OfMoreBlocksThanThereAreTakesTheWholeTensor) {
  EXPECT_EQ(elementsOf(segments(blocks(7, 16, 1), 100)), 100u);
  EXPECT_EQ(segments(blocks(7, 16, 1), 100)[0].runs[0].count, 100u);
}

TEST(Sample, OfHugeBlocksIsCutIntoSegments) {
  const auto cut = segments(blocks(2, kSegment + 8, 1), 100 * kSegment);
  ASSERT_EQ(cut.size(), 3u);
  EXPECT_EQ(cut[0].elements, kSegment);
  EXPECT_EQ(cut[1].elements, kSegment);
  EXPECT_EQ(cut[2].elements, 16u);
  EXPECT_EQ(cut[2].position, 2 * kSegment);
}

}  // namespace
}  // namespace kindred::plan
