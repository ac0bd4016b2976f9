#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <kindred/metric.hpp>
#include <kindred/random.hpp>
#include <limits>

#include "support/loaded_plugin.hpp"
#include "support/pair_metric.hpp"

namespace kindred::mad_test {
namespace {

using support::measure;

enum Figure { kMad, kRms, kMax, kRelL2, kP50, kP99, kP999, kEqual, kSign };

std::unique_ptr<PairMetric> mad() { return support::load<PairMetric>("mad"); }

template <class T>
std::vector<T> noise(std::size_t size, std::uint64_t seed, double scale = 1) {
  Random random(seed);
  std::vector<T> all(size);
  for (T& x : all) {
    x = static_cast<T>(scale * (random.unit() + random.unit() + random.unit() - 1.5));
  }
  return all;
}

template <class T>
std::vector<double> reference(const std::vector<T>& a, const std::vector<T>& b) {
  long double absolute = 0, squared = 0, norm = 0;
  std::vector<double> distances;
  std::size_t equal = 0, sign = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const long double d = static_cast<long double>(a[i]) - b[i];
    absolute += std::fabs(d);
    squared += d * d;
    norm += static_cast<long double>(a[i]) * a[i];
    distances.push_back(static_cast<double>(std::fabs(d)));
    equal += a[i] == b[i];
    sign += std::signbit(a[i]) == std::signbit(b[i]);
  }
  std::sort(distances.begin(), distances.end());
  const auto count = static_cast<long double>(a.size());
  const auto quantile = [&](double share) {
    return distances[static_cast<std::size_t>(std::ceil(share * static_cast<double>(count))) - 1];
  };
  return {static_cast<double>(absolute / count),
          static_cast<double>(std::sqrt(squared / count)),
          distances.back(),
          static_cast<double>(std::sqrt(squared / norm)),
          quantile(0.5),
          quantile(0.99),
          quantile(0.999),
          static_cast<double>(equal) / static_cast<double>(count),
          static_cast<double>(sign) / static_cast<double>(count)};
}

template <class T>
void expectRight(const std::vector<T>& a, const std::vector<T>& b, const std::string& what) {
  // Stated in differences.hpp: 2.1e-6 for sums of distances, half of 2.3e-6 + 2.3e-6 for the roots;
  // doubles are summed in doubles.
  const double bound = std::is_same_v<T, float> ? 2.3e-6 : 1e-12;
  const auto expected = reference(a, b);
  const auto figures = measure(*mad(), a, b, {2 * kBlock, 4 * kBlock});
  ASSERT_EQ(figures.size(), 9u);
  for (const Figure f : {kMad, kRms, kMax, kRelL2}) {
    EXPECT_NEAR(figures[f], expected[f], bound * expected[f]) << what << ", figure " << f;
  }
  for (const Figure f : {kP50, kP99, kP999}) {
    EXPECT_NEAR(figures[f], expected[f], 0x1p-8 * expected[f]) << what << ", figure " << f;
  }
  EXPECT_EQ(figures[kEqual], expected[kEqual]) << what;
  EXPECT_EQ(figures[kSign], expected[kSign]) << what;
}

template <class T>
class MadOf : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(MadOf, Types);

TYPED_TEST(MadOf, GivesTheSameBitsUnderAnyTiling) {
  const auto a = noise<TypeParam>(20 * kBlock + 333, 1);
  const auto b = noise<TypeParam>(a.size(), 2);
  for (const std::size_t segment : {~std::size_t{0}, 8 * kBlock, kBlock}) {
    const auto expected = measure(*mad(), a, b, {kBlock, segment});
    for (const std::size_t blocks : {1, 2, 3, 5, 8, 1000}) {
      EXPECT_EQ(measure(*mad(), a, b, {blocks * kBlock, segment}), expected)
          << blocks << " blocks a tile, segments of " << segment;
    }
  }
}

TYPED_TEST(MadOf, IsRightAtEveryShortLength) {
  for (std::size_t length = 1; length <= 5000; length += length % kBlock < 140 ? 1 : 23) {
    expectRight(noise<TypeParam>(length, 1), noise<TypeParam>(length, 2), std::to_string(length));
  }
}

TYPED_TEST(MadOf, IsRightAtEveryScale) {
  constexpr std::size_t kSize = 3 * kBlock + 100;
  for (const double scale : {1e-30, 1e-12, 1e-3, 1e10, 1e19, 1e30}) {
    expectRight(noise<TypeParam>(kSize, 1, scale), noise<TypeParam>(kSize, 2, scale),
                "scale " + std::to_string(std::log10(scale)));
  }
}

TYPED_TEST(MadOf, IsRightForHostileNumbers) {
  constexpr std::size_t kSize = 3 * kBlock + 100;
  auto a = noise<TypeParam>(kSize, 1);
  auto b = noise<TypeParam>(kSize, 2);
  a[0] = TypeParam(3e38);
  b[0] = TypeParam(-3e38);  // their difference overflows a float
  expectRight(a, b, "one outlier in front");

  a = noise<TypeParam>(kSize, 1);
  for (TypeParam& x : a) x += TypeParam(1e6);
  expectRight(a, a, "equal");
  b = a;
  b[kSize - 1] *= TypeParam(1.001);
  expectRight(a, b, "one element differs");

  for (std::size_t i = 0; i < kSize; ++i)
    b[i] = a[i] * (i % 2 == 0 ? TypeParam(1e-9) : TypeParam(-1));
  expectRight(a, b, "alternating magnitudes");
  expectRight(std::vector<TypeParam>(kSize, TypeParam(1)), std::vector<TypeParam>(kSize, 0),
              "constants");
}

TYPED_TEST(MadOf, CountsSignsOfZerosToo) {
  const std::vector<TypeParam> a{1, -1, 0, -0.0, 0, 2, -2, -0.0};
  const std::vector<TypeParam> b{2, -3, 0, 0.0, -1, -2, 2, 5};
  const auto figures = measure(*mad(), a, b);
  EXPECT_EQ(figures[kSign], 3.0 / 8);
  EXPECT_EQ(figures[kEqual], 2.0 / 8);
}

TYPED_TEST(MadOf, IsUndefinedWhereAnElementIsNotFiniteButCounts) {
  for (const TypeParam bad :
       {std::numeric_limits<TypeParam>::quiet_NaN(), std::numeric_limits<TypeParam>::infinity()}) {
    std::vector<TypeParam> a(4000, 1);
    const std::vector<TypeParam> b(4000, 1);
    a[2222] = bad;
    for (const auto& figures : {measure(*mad(), a, b), measure(*mad(), b, a)}) {
      for (const Figure f : {kMad, kRms, kMax, kRelL2, kP50, kP99, kP999}) {
        EXPECT_TRUE(std::isnan(figures[f])) << f;
      }
      EXPECT_EQ(figures[kEqual], 3999.0 / 4000);
    }
  }
}

TYPED_TEST(MadOf, OfNothingIsUndefinedAndAgainstZerosHasNoRelativeDistance) {
  const std::vector<TypeParam> none, zeros(100, 0), ones(100, 1);
  for (const double figure : measure(*mad(), none, none)) EXPECT_TRUE(std::isnan(figure));
  const auto figures = measure(*mad(), zeros, ones);
  EXPECT_TRUE(std::isnan(figures[kRelL2]));
  EXPECT_EQ(figures[kMad], 1.0);
  EXPECT_EQ(measure(*mad(), zeros, zeros)[kP999], 0.0);
}

TEST(Mad, KeepsThePromisesOfTheInterface) { EXPECT_EQ(support::complaints("mad"), ""); }

TEST(Mad, TakesQuantilesOfALargeSampleFromASubsetWithoutPeriod) {
  // Distances that depend on the column of a matrix: a subset of fixed columns would miss most.
  constexpr std::size_t kColumns = 4096;
  constexpr std::size_t kRows = 2048;
  std::vector<float> a(kColumns * kRows), b(kColumns * kRows, 0.0f);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i % kColumns + 1);
  const auto whole = measure(*mad(), a, b, {64 * kBlock, ~std::size_t{0}});
  EXPECT_NEAR(whole[kP50], 0.5 * kColumns, 0.01 * kColumns);
  EXPECT_NEAR(whole[kP99], 0.99 * kColumns, 0.01 * kColumns);
  EXPECT_NEAR(whole[kP999], 0.999 * kColumns, 0.01 * kColumns);
  EXPECT_EQ(whole, measure(*mad(), a, b, {3 * kBlock, ~std::size_t{0}}));
  const auto merged = measure(*mad(), a, b, {3 * kBlock, 512 * kBlock});
  for (const Figure f : {kP50, kP99, kP999}) EXPECT_EQ(merged[f], whole[f]);
}

}  // namespace
}  // namespace kindred::mad_test
