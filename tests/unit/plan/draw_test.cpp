// What a beacon draws of layers and rows.
#include "plan/draw.hpp"

#include <gmock/gmock.h>

#include <numeric>
#include <set>

#include <kindred/model_weights.hpp>

namespace kindred::plan::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSubsetOf;

std::vector<std::uint32_t> rowsOf(const char* beacon, std::uint64_t all, std::uint64_t count,
                                  std::string_view role = role::kUp) {
  return Draw(beacon).rows(role, all, count);
}

std::vector<std::int64_t> layersOf(const char* beacon, std::int64_t count) {
  std::vector<std::int64_t> layers(static_cast<std::size_t>(count));
  std::iota(layers.begin(), layers.end(), 0);
  Draw(beacon).order(layers);
  return layers;
}

TEST(Draw, OfRowsIsAscendingAndInRange) {
  const std::vector<std::uint32_t> rows = rowsOf("one", 1000, 100);
  EXPECT_EQ(std::set(rows.begin(), rows.end()).size(), 100u);
  EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end()));
  EXPECT_LT(rows.back(), 1000u);
}

TEST(Draw, OfTheSameValueIsTheSameAndOfAnotherAnother) {
  EXPECT_EQ(rowsOf("one", 1000, 100), rowsOf("one", 1000, 100));
  EXPECT_NE(rowsOf("one", 1000, 100), rowsOf("two", 1000, 100));
  EXPECT_EQ(layersOf("one", 32), layersOf("one", 32));
  EXPECT_NE(layersOf("one", 32), layersOf("two", 32));
}

TEST(Draw, GivesAUnitItsRowInBothMatrices) {
  EXPECT_EQ(rowsOf("one", 1000, 100, role::kGate), rowsOf("one", 1000, 100, role::kUp));
  EXPECT_NE(rowsOf("one", 1000, 100, role::kDown), rowsOf("one", 1000, 100, role::kUp));
}

TEST(Draw, OfMoreRowsHoldsThatOfFewer) {
  EXPECT_THAT(rowsOf("one", 1000, 50), IsSubsetOf(rowsOf("one", 1000, 200)));
}

TEST(Draw, FavoursNoRow) {
  std::vector<int> drawn(512);
  for (int value = 0; value < 400; ++value) {
    for (const std::uint32_t row : rowsOf(std::to_string(value).c_str(), 512, 128)) ++drawn[row];
  }
  // 100 each, with a deviation of sqrt(400 * 1/4 * 3/4) = 8.7
  for (const int count : drawn) {
    EXPECT_GT(count, 100 - 6 * 9);
    EXPECT_LT(count, 100 + 6 * 9);
  }
}

TEST(Draw, OrdersTheLayersThatTwoModelsHaveAlike) {
  std::vector<std::int64_t> deep = layersOf("one", 48);
  std::erase_if(deep, [](std::int64_t layer) { return layer >= 32; });
  EXPECT_EQ(deep, layersOf("one", 32));
}

TEST(Draw, WithoutABeaconDrawsNothing) {
  EXPECT_THAT(rowsOf("", 1000, 100), IsEmpty());
  EXPECT_THAT(layersOf("", 4), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(rowsOf("one", 100, 100), IsEmpty()) << "all are read";
}

}  // namespace
}  // namespace kindred::plan::testing
