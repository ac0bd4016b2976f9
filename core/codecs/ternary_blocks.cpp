// -1, 0 and 1 under one scale: five to a byte as digits of base three, or four to a byte.
#include "codecs/block_bytes.hpp"
#include "codecs/blocks.hpp"

namespace kindred::codecs {
namespace {

// Digit n of a byte b that holds five: the integer part of 3 (3^n b / 256 modulo 1).
int digit(unsigned byte, unsigned n) {
  constexpr unsigned kPowers[] = {1, 3, 9, 27, 81};
  return static_cast<int>((byte * kPowers[n] & 255) * 3 >> 8);
}

// `digits` strips, one a digit, of `bytes` elements each.
float* strips(const std::byte* codes, unsigned bytes, unsigned digits, float scale, float* values) {
  for (unsigned n = 0; n < digits; ++n) {
    for (unsigned j = 0; j < bytes; ++j) {
      *values++ = static_cast<float>(digit(byteAt(codes, j), n) - 1) * scale;
    }
  }
  return values;
}

void decodeTQ1(const std::byte* block, float* values) {
  const float scale = halfAt(block, 52);
  values = strips(block, 32, 5, scale, values);
  values = strips(block + 32, 16, 5, scale, values);
  strips(block + 48, 4, 4, scale, values);
}

void decodeTQ2(const std::byte* block, float* values) {
  const float scale = halfAt(block, 64);
  for (unsigned e = 0; e < 256; ++e) {
    const unsigned code = bitsOf(byteAt(block, 32 * (e / 128) + e % 32), 2 * (e % 128 / 32), 2);
    values[e] = static_cast<float>(static_cast<int>(code) - 1) * scale;
  }
}

constexpr BlockType kTernaryTypes[] = {
    {"TQ1_0", 256, 54, true, decodeTQ1},
    {"TQ2_0", 256, 66, true, decodeTQ2},
};

}  // namespace

std::span<const BlockType> ternaryBlocks() { return kTernaryTypes; }

}  // namespace kindred::codecs
