// Sketches: what others have to write bit for bit.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <kindred/random.hpp>

#include "fingerprint/sketch.hpp"

namespace kindred::fingerprint {
namespace {

std::vector<float> numbers(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& x : values) {
    double sum = 0;
    for (int k = 0; k < 12; ++k) sum += random.unit();
    x = static_cast<float>(sum - 6);
  }
  return values;
}

Sketches sketched(const std::vector<float>& rows, std::size_t width, std::uint32_t bits) {
  Sketches sketches{bits, {}};
  addSketches(rows, width, directions(width, bits), false, sketches);
  return sketches;
}

TEST(Sketches, HaveTheDirectionsThatTheFormatFixes) {
  const std::vector<float> all = directions(128, 64);
  // The first word of xoshiro256** under this seed, worked out from its definition.
  Random random(0x6b696e6472656431u ^ (std::uint64_t{128} << 24) ^ 3u);
  const auto first = static_cast<std::int32_t>(static_cast<std::uint32_t>(random() >> 32));
  EXPECT_EQ(all[3 * 128], static_cast<float>(first) * 0x1p-31f);
  const std::vector<float> fewer = directions(128, 2);
  EXPECT_TRUE(std::equal(fewer.begin(), fewer.end(), all.begin()));
}

TEST(Sketches, TurnWithTheSignOfTheirRow) {
  std::vector<float> row = numbers(96, 1);
  const Sketches one = sketched(row, 96, 128);
  for (float& x : row) x = -x;
  const Sketches turned = sketched(row, 96, 128);
  for (std::size_t w = 0; w < 2; ++w) EXPECT_EQ(one.words[w], ~turned.words[w]);
}

TEST(Sketches, TellCosinesAndOfATurnedRowTheExactNegative) {
  const std::vector<float> a = numbers(512, 1), noise = numbers(512, 2);
  std::vector<float> b(512), turned(512);
  for (std::size_t c = 0; c < b.size(); ++c) {
    b[c] = 0.6f * a[c] + 0.8f * noise[c];
    turned[c] = -b[c];
  }
  const Sketches of_a = sketched(a, 512, 4096), of_b = sketched(b, 512, 4096),
                 of_turned = sketched(turned, 512, 4096);
  const double told = cosine(of_a.row(0), of_b.row(0), 64);
  EXPECT_NEAR(told, 0.6, 0.12);
  EXPECT_EQ(told, -cosine(of_a.row(0), of_turned.row(0), 64));
}

TEST(Sketches, KeepChosenBitsInTheirOrder) {
  const Sketches one{128, {0b1010, 0b1}};
  std::vector<std::uint32_t> bits(64);
  for (std::uint32_t k = 0; k < 64; ++k) bits[k] = k;
  bits[0] = 64;
  bits[1] = 3;
  const Sketches chosen = chosenBits(one, bits);
  ASSERT_EQ(chosen.bits, 64U);
  EXPECT_EQ(chosen.words.front(), 0b1011U);
}

}  // namespace
}  // namespace kindred::fingerprint
