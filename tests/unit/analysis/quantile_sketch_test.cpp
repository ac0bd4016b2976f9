#include <kindred/analysis/stats/quantile_sketch.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace kindred::stats {
namespace {

constexpr double kWide = 1.0 / 256;  // half a bucket, relative

QuantileSketch of(int first, int last) {
  QuantileSketch sketch;
  for (int number = first; number <= last; ++number) sketch.add(static_cast<float>(number));
  return sketch;
}

TEST(QuantileSketch, IsWithinABucketOfTheNumberOfItsRank) {
  const QuantileSketch sketch = of(1, 1000);
  for (const double share : {0.001, 0.1, 0.25, 0.5, 0.9, 1.0}) {
    const double number = std::ceil(share * 1000);
    EXPECT_NEAR(sketch.quantile(share), number, number * kWide) << share;
  }
}

TEST(QuantileSketch, OfPartsMergedIsThatOfTheWhole) {
  QuantileSketch merged = of(1, 300);
  merged.merge(of(301, 1000));
  for (const double share : {0.0, 0.2, 0.5, 0.7, 1.0}) {
    EXPECT_EQ(merged.quantile(share), of(1, 1000).quantile(share)) << share;
  }
}

TEST(QuantileSketch, OfZerosIsZeroAndOfNothingUndefined) {
  QuantileSketch sketch;
  EXPECT_TRUE(std::isnan(sketch.quantile(0.5)));
  sketch.add(0);
  EXPECT_EQ(sketch.quantile(0.5), 0);
  sketch.add(8);
  EXPECT_EQ(sketch.quantile(0.5), 0);
  EXPECT_NEAR(sketch.quantile(0.51), 8, 8 * kWide);
}

TEST(QuantileSketch, OfShareZeroIsTheLeastNumber) {
  EXPECT_NEAR(of(5, 9).quantile(0), 5, 5 * kWide);
}

}  // namespace
}  // namespace kindred::stats
