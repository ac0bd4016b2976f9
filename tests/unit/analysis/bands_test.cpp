// What of short vectors is chance: numbers worked out by other means.
#include <kindred/analysis/align/bands.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include <kindred/random.hpp>

namespace kindred::align {
namespace {

std::vector<float> directions(std::size_t count, std::size_t width, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> vectors(count * width);
  for (float& x : vectors) {  // a sum of uniforms is normal enough for a direction
    double sum = 0;
    for (int i = 0; i < 12; ++i) sum += random.unit() - 0.5;
    x = static_cast<float>(sum);
  }
  return vectors;
}

double cosine(const std::vector<float>& v, std::size_t width, std::size_t i, std::size_t j) {
  long double xy = 0, xx = 0, yy = 0;
  for (std::size_t c = 0; c < width; ++c) {
    const long double x = v[i * width + c], y = v[j * width + c];
    xy += x * y, xx += x * x, yy += y * y;
  }
  return static_cast<double>(xy / std::sqrt(xx * yy));
}

TEST(LargestCosine, IsWhereItsBoundSaysOne) {
  EXPECT_NEAR(largestCosine(100, 3), 0.99498743710662, 1e-12);
  EXPECT_NEAR(largestCosine(1e4, 17), 0.8269052146305295, 1e-12);
  EXPECT_NEAR(largestCosine(4, 2), 0.9682458365518543, 1e-12);
  EXPECT_NEAR(largestCosine(2, 5), 0.5411961001461969, 1e-12);
}

TEST(LargestCosine, OfOneDimensionIsOneAndOfOneDirectionNone) {
  EXPECT_EQ(largestCosine(100, 1), 1);
  EXPECT_EQ(largestCosine(100, 0), 1);
  EXPECT_EQ(largestCosine(1, 16), 0);
  EXPECT_EQ(largestCosine(1, 1), 1);
}

TEST(LargestCosine, IsHardlyPassedByRandomDirections) {
  constexpr std::size_t kWidth = 16, kCount = 60;
  int passed = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const std::vector<float> v = directions(kCount + 1, kWidth, seed);
    double most = 0;
    for (std::size_t i = 1; i <= kCount; ++i) {
      most = std::max(most, std::abs(cosine(v, kWidth, 0, i)));
    }
    passed += most > largestCosine(kCount, kWidth);
    EXPECT_GT(most, 0.6 * largestCosine(kCount, kWidth));
  }
  EXPECT_LE(passed, 16) << "of forty";
}

// tanh(atanh(c) + z(2 q - 1) / sqrt(width - 3)) with c the largest cosine of the others, z the
// normal quantile, and q with P(Bin(coins, q) >= critical) = 0.99: by sums of whole numbers.
TEST(DetectableInBands, IsWhatExactSumsGive) {
  EXPECT_NEAR(detectableInBands(1000, 100, 16, -6).value(), 0.546152765283375, 1e-9);
  EXPECT_NEAR(detectableInBands(500, 1408, 32, -6).value(), 0.5516049809212331, 1e-9);
  EXPECT_NEAR(detectableInBands(3000, 2000, 8, -6).value(), 0.8465098158119515, 1e-9);
  EXPECT_NEAR(detectableInBands(60, 1, 4, -6).value(), 0.9191778998201012, 1e-9)
      << "of one other as of two";
}

TEST(DetectableInBands, IsNoneWhereNoCorrelationWouldDo) {
  EXPECT_FALSE(detectableInBands(1000, 100, 3, -6)) << "too narrow";
  EXPECT_FALSE(detectableInBands(0, 100, 16, -6)) << "no coins";
  EXPECT_FALSE(detectableInBands(19, 100, 16, -6)) << "2^-19 > 1e-6";
  EXPECT_TRUE(detectableInBands(60, 100, 4, -6));
}

TEST(CoinOfColumn, IsTheColumnButForAttentionsOutput) {
  const HeadShape heads{8, 2, 16, 4, 16};
  EXPECT_EQ(coinOfColumn(heads, role::kDown, 37), 37u);
  // Eight query heads of four value dimensions; four heads read the values of one.
  EXPECT_EQ(coinOfColumn(heads, role::kAttentionOutput, 0), 0u);
  EXPECT_EQ(coinOfColumn(heads, role::kAttentionOutput, 5), 1u) << "second head, same values";
  EXPECT_EQ(coinOfColumn(heads, role::kAttentionOutput, 15), 3u);
  EXPECT_EQ(coinOfColumn(heads, role::kAttentionOutput, 16), 4u) << "values of the second head";
  EXPECT_EQ(coinOfColumn(heads, role::kAttentionOutput, 31), 7u);
}

TEST(CoinOfColumn, OfHeadsThatAreNotKnownIsTheColumn) {
  EXPECT_EQ(coinOfColumn({8, 0, 16, 4, 16}, role::kAttentionOutput, 21), 21u);
  EXPECT_EQ(coinOfColumn({8, 2, 16, 0, 16}, role::kAttentionOutput, 21), 21u);
  EXPECT_EQ(coinOfColumn({1, 2, 16, 4, 16}, role::kAttentionOutput, 6), 6u)
      << "each reads its own where there are fewer readers";
}

std::vector<std::uint32_t> joined(const std::vector<float>& vectors, std::size_t width) {
  const std::size_t count = vectors.size() / width;
  Origins origins(count);
  joinAlike(vectors, width, origins);
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < count; ++i) found.push_back(origins.find(i));
  return found;
}

TEST(JoinAlike, JoinsCopiesOfAnySizeAndSignAndNoOthers) {
  constexpr std::size_t kWidth = 24, kCount = 12;
  std::vector<float> v = directions(kCount, kWidth, 3);
  for (std::size_t c = 0; c < kWidth; ++c) {
    v[4 * kWidth + c] = 3 * v[0 * kWidth + c];
    v[9 * kWidth + c] = -0.25f * v[7 * kWidth + c];
  }
  EXPECT_EQ(joined(v, kWidth), (std::vector<std::uint32_t>{0, 1, 2, 3, 0, 5, 6, 7, 8, 7, 10, 11}));
}

TEST(JoinAlike, JoinsWhatIsMoreAlikeThanAnyPairOfSoManyAndNothingElse) {
  // Twenty axes are no more alike than chance; one vector more lies near to the first or not.
  constexpr std::size_t kWidth = 20, kCount = kWidth + 1;
  const double most = largestCosine(0.5 * kCount * kCount, kWidth);
  for (const double beside : {most - 0.005, most + 0.005}) {
    std::vector<float> v(kCount * kWidth);
    for (std::size_t i = 0; i < kWidth; ++i) v[i * kWidth + i] = 1;
    v[kWidth * kWidth] = static_cast<float>(beside);
    for (std::size_t c = 1; c < kWidth; ++c) {
      v[kWidth * kWidth + c] = static_cast<float>(std::sqrt((1 - beside * beside) / (kWidth - 1)));
    }
    EXPECT_EQ(joined(v, kWidth).back(), beside > most ? 0u : kWidth);
  }
}

TEST(JoinAlike, OfTwoVectorsThatNearlyEqualJoinsThem) {
  EXPECT_EQ(joined({1, 0, 0.9999f, 0.001f}, 2), (std::vector<std::uint32_t>{0, 0}));
  EXPECT_EQ(joined({1, 0, 0.6f, 0.8f}, 2), (std::vector<std::uint32_t>{0, 1}));
}

TEST(JoinAlike, LeavesOutVectorsWithoutALength) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(joined({0, 0, 0, 0}, 2), (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(joined({infinity, 1, infinity, 1}, 2), (std::vector<std::uint32_t>{0, 1}));
  Origins origins(3);
  joinAlike({}, 0, origins);
  EXPECT_EQ(origins.find(2), 2u);
}

}  // namespace
}  // namespace kindred::align
