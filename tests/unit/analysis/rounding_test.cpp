// Against the formats' definition, as the tests write such numbers.
#include <kindred/analysis/stats/rounding.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <kindred/random.hpp>

#include "support/safetensors.hpp"

namespace kindred::stats {
namespace {

float nearest(DType dtype, float value) {
  return static_cast<float>(support::halfValue(dtype, support::halfBits(dtype, value)));
}

void expectNearest(float value) {
  for (const DType dtype : {DType::BF16, DType::F16}) {
    EXPECT_EQ(rounded(dtype, value), nearest(dtype, value)) << name(dtype) << " of " << value;
  }
  EXPECT_EQ(rounded(DType::F32, value), value);
}

TEST(Rounding, TakesTheNearestNumberThatATypeHolds) {
  Random random(7);
  for (int i = 0; i < 20000; ++i) {
    const auto any = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (std::isfinite(any)) expectNearest(any);
    // Of the sizes that F16 has, below its normal numbers and beyond its largest.
    const int exponent = static_cast<int>(random.below(50)) - 30;
    expectNearest(static_cast<float>(std::ldexp(random.unit() - 0.5, exponent)));
  }
}

TEST(Rounding, TakesTheEvenOneOfTwo) {
  for (const DType dtype : {DType::BF16, DType::F16}) {
    for (std::uint16_t bits = 1; bits < 0x7bff; bits = static_cast<std::uint16_t>(bits + 97)) {
      const auto next = static_cast<std::uint16_t>(bits + 1);
      const double between =
          (support::halfValue(dtype, bits) + support::halfValue(dtype, next)) / 2;
      const double even = support::halfValue(dtype, bits % 2 == 0 ? bits : next);
      EXPECT_EQ(rounded(dtype, static_cast<float>(between)), even);
      EXPECT_EQ(rounded(dtype, static_cast<float>(-between)), -even);
    }
  }
}

TEST(Rounding, KeepsWhatATypeHoldsAndWhatIsNotFinite) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const DType dtype : {DType::BF16, DType::F16}) {
    EXPECT_EQ(rounded(dtype, kInfinity), kInfinity);
    EXPECT_EQ(rounded(dtype, -kInfinity), -kInfinity);
    EXPECT_TRUE(std::isnan(rounded(dtype, std::bit_cast<float>(0x7f800001u))));
    EXPECT_TRUE(std::signbit(rounded(dtype, -0.0f)));
  }
  EXPECT_EQ(rounded(DType::F16, 65519.0f), 65504.0f);
  EXPECT_EQ(rounded(DType::F16, -65520.0f), -kInfinity);
  EXPECT_EQ(rounded(DType::F16, 0x1p-14f), 0x1p-14f);
  EXPECT_EQ(rounded(DType::F16, 0x1p-24f), 0x1p-24f);
}

}  // namespace
}  // namespace kindred::stats
