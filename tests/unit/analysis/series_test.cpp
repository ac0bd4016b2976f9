#include <kindred/analysis/survey/series.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <kindred/analysis/survey/moments.hpp>
#include <kindred/conformance/survey.hpp>

namespace kindred::survey {
namespace {

using conformance::MemoryModel;
using testing::ElementsAre;

void addNorms(MemoryModel& model, const std::string& prefix, const std::string& role,
              std::int64_t first, std::int64_t end) {
  for (std::int64_t layer = first; layer < end; ++layer) {
    model.add(prefix + std::to_string(layer) + ".norm.weight", layer, {2}, {1, 2}, role);
  }
}

std::vector<std::pair<std::size_t, std::size_t>> placesOf(const std::vector<Meeting>& meetings) {
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (const Meeting& met : meetings) places.emplace_back(met.a, met.b);
  return places;
}

TEST(Series, HoldTensorsOfOnePatternByLayer) {
  MemoryModel model("m");
  addNorms(model, "h2.", "", 1, 3);
  model.add("h2.1.bias", 1, {2}, {1, 2});
  const std::vector<Series> all = seriesOf(model);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].kind(), "h2.{layer}.norm.weight");
  EXPECT_EQ(all[0].tensors.at(2), 1u);
  EXPECT_EQ(all[1].kind(), "h2.{layer}.bias");
}

TEST(Series, OfTwoFamiliesMeetByRole) {
  MemoryModel a("a"), b("b");
  addNorms(a, "layers.", "norm.attention", 0, 2);
  addNorms(a, "layers.post", "norm.mlp", 0, 2);
  addNorms(b, "blocks.", "norm.mlp", 1, 3);
  addNorms(b, "blocks.pre", "norm.attention", 1, 3);
  // Layer 1 is in both: a's tensors 1 and 3, b's tensors 2 and 0.
  EXPECT_THAT(placesOf(meetings(a, b)), ElementsAre(std::pair(1u, 2u), std::pair(3u, 0u)));
}

TEST(Series, OfUnknownFamiliesMeetByNameOrWhereTheyAreTheOnlyOnes) {
  MemoryModel a("a"), b("b"), other("other");
  addNorms(a, "layers.", "", 0, 2);
  addNorms(b, "layers.", "norm.attention", 0, 2);
  addNorms(other, "h.", "", 0, 2);
  EXPECT_EQ(meetings(a, b).size(), 2u);
  EXPECT_EQ(meetings(a, other).size(), 2u);
  a.add("layers.0.bias", 0, {2}, {1, 2});
  EXPECT_EQ(meetings(a, b).size(), 2u);
  EXPECT_EQ(meetings(a, other).size(), 0u);
}

TEST(Pearson, OfAConstantIsUndefinedWhateverRoundingLeaves) {
  const std::vector<double> constant(7, 0.1), rising{1, 2, 3, 4, 5, 6, 7};
  EXPECT_TRUE(std::isnan(pearson(constant, rising)));
  EXPECT_NEAR(pearson(std::span<const double>(rising), std::span<const double>(rising)), 1, 1e-15);
}

TEST(Cell, ShowsWhatIsUndefined) {
  EXPECT_EQ(cell(std::nan("")), "-");
  EXPECT_EQ(cell(0.12345, 2), "0.12");
  EXPECT_EQ(cell(std::int64_t{46}), "46");
}

}  // namespace
}  // namespace kindred::survey
