#include <gmock/gmock.h>

#include <limits>

#include "report/paint.hpp"
#include "report/sparkline.hpp"

namespace kindred::report {
namespace {

TEST(Sparkline, RisesFromTheLowestBlockToTheHighest) {
  EXPECT_EQ(sparkline({0, 0.5, 1}, 0, 1), "▁▅█");
  EXPECT_EQ(sparkline({-5, 9}, 0, 1), "▁█");
}

TEST(Sparkline, LeavesUndefinedValuesOut) {
  EXPECT_EQ(sparkline({0, std::numeric_limits<double>::quiet_NaN(), 1}, 0, 1), "▁ █");
}

results::Observation at(std::int64_t layer, const std::string& metric, double value) {
  results::Observation o;
  o.step = "norms";
  o.metric = metric;
  o.figure = metric;
  o.layer_a = o.layer_b = layer;
  o.value = value;
  return o;
}

TEST(Sparkline, DrawsMeansOfLayers) {
  std::vector<results::Observation> rows;
  for (int layer = 0; layer < 4; ++layer) {
    rows.push_back(at(layer, "mad", layer));
    rows.push_back(at(layer, "mad", layer + 2));
  }
  EXPECT_THAT(layerLines(rows), testing::HasSubstr("norms            mad        ▁▃▆█\n"));
}

TEST(Sparkline, DrawsNothingOfThreeLayers) {
  EXPECT_EQ(layerLines({at(0, "mad", 1), at(1, "mad", 2), at(2, "mad", 3)}), "");
}

TEST(Paint, IsPlainUnlessAskedFor) {
  EXPECT_EQ(Paint().strong("kin"), "kin");
  EXPECT_EQ(Paint::forTerminal(-1).strong("kin"), "kin");  // no terminal there
  EXPECT_EQ(Paint::always().strong("kin"), "\x1b[1mkin\x1b[0m");
}

}  // namespace
}  // namespace kindred::report
