#include <kindred/analysis/stats/moments.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <kindred/random.hpp>

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

TEST(StatsMoments, AreTheSumsOfTheirFormulasWhateverTheLengthAndTheCut) {
  Random random(5);
  for (const std::size_t length : {1u, 2u, 7u, 8u, 9u, 15u, 16u, 17u, 63u, 1001u}) {
    std::vector<float> values;
    for (std::size_t i = 0; i < length; ++i)
      values.push_back(static_cast<float>(random.unit()) + 2);
    long double mean = 0, deviation = 0;
    for (const float x : values)
      mean += static_cast<long double>(x) / static_cast<long double>(length);
    for (const float x : values) deviation += (x - mean) * (x - mean);
    const auto n = static_cast<long double>(length);
    for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, length / 3, length}) {
      Moments parts, rest;
      parts.add(std::span<const float>(values).first(cut));
      rest.add(std::span<const float>(values).subspan(cut));
      parts.merge(rest);
      EXPECT_EQ(parts.count, static_cast<double>(length));
      EXPECT_NEAR(parts.mean, static_cast<double>(mean), 1e-13);
      EXPECT_NEAR(parts.deviation, static_cast<double>(deviation),
                  1e-12 * static_cast<double>(length));
      EXPECT_EQ(parts.least, *std::min_element(values.begin(), values.end()));
      EXPECT_EQ(parts.most, *std::max_element(values.begin(), values.end()));
      EXPECT_NEAR(parts.sd(), static_cast<double>(std::sqrt(deviation / n)), 1e-12);
      EXPECT_NEAR(parts.norm(), static_cast<double>(std::sqrt(deviation + n * mean * mean)), 1e-10);
      EXPECT_NEAR(parts.cv(), static_cast<double>(std::sqrt(deviation / n) / mean), 1e-12);
    }
  }
}

TEST(StatsMoments, HaveNoVariationAboutAMeanOfZeroAndAPositiveOneAboutANegative) {
  EXPECT_TRUE(std::isnan(of({-1, 1}).cv()));
  EXPECT_DOUBLE_EQ(of({-1, -3}).cv(), 0.5);
}

TEST(StatsMoments, OfWhatIsNotFiniteAreNotDefined) {
  EXPECT_FALSE(of({1, std::numeric_limits<double>::infinity()}).defined());
  EXPECT_FALSE(of({1e200, -1e200}).defined()) << "the squares leave a double's range";
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
