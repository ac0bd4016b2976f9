// The K types: 256 codes in sub-blocks, whose scales (and minima) are codes under one float.
#include "codecs/block_bytes.hpp"
#include "codecs/blocks.hpp"

namespace kindred::codecs {
namespace {

// Sixteen neighbours of 256 in 64 bytes of two-bit codes: halves of 128, in each four strips of 32.
struct TwoBits {
  const std::byte* codes;
  unsigned shift;

  TwoBits(const std::byte* all, unsigned t)
      : codes(all + 32 * (t / 8) + 16 * (t % 2)), shift(t % 8 / 2 * 2) {}
  int at(unsigned j) const { return static_cast<int>(bitsOf(byteAt(codes, j), shift, 2)); }
};

void decodeQ2K(const std::byte* block, float* values) {
  const float scale = halfAt(block, 80), minimum = halfAt(block, 82);
  for (unsigned t = 0; t < 16; ++t) {
    const unsigned both = byteAt(block, t);
    const float step = scale * static_cast<float>(both & 15);
    const float offset = minimum * static_cast<float>(both >> 4);
    const TwoBits two(block + 16, t);
    for (unsigned j = 0; j < 16; ++j) {
      values[16 * t + j] = step * static_cast<float>(two.at(j)) - offset;
    }
  }
}

// Sixteen scales of six bits in twelve bytes: four low bits each, then two high bits each.
int q3Scale(const std::byte* scales, unsigned t) {
  const unsigned low = t < 8 ? byteAt(scales, t) & 15 : byteAt(scales, t - 8) >> 4;
  return static_cast<int>(low | bitsOf(byteAt(scales, 8 + t % 4), 2 * (t / 4), 2) << 4) - 32;
}

void decodeQ3K(const std::byte* block, float* values) {
  const float scale = halfAt(block, 108);
  for (unsigned t = 0; t < 16; ++t) {
    const float step = scale * static_cast<float>(q3Scale(block + 96, t));
    const TwoBits two(block + 32, t);
    const std::byte* thirds = block + 16 * (t % 2);
    for (unsigned j = 0; j < 16; ++j) {
      const int third = static_cast<int>(bitsOf(byteAt(thirds, j), t / 2, 1));
      values[16 * t + j] = step * static_cast<float>(two.at(j) + 4 * third - 4);
    }
  }
}

struct SixBits {
  float scale, minimum;
};

// Eight scales and eight minima of six bits in twelve bytes.
SixBits q4Scales(const std::byte* packed, unsigned t) {
  unsigned scale, minimum;
  if (t < 4) {
    scale = byteAt(packed, t) & 63;
    minimum = byteAt(packed, t + 4) & 63;
  } else {
    scale = (byteAt(packed, t + 4) & 15) | (byteAt(packed, t - 4) >> 6) << 4;
    minimum = byteAt(packed, t + 4) >> 4 | (byteAt(packed, t) >> 6) << 4;
  }
  return {static_cast<float>(scale), static_cast<float>(minimum)};
}

// Sub-blocks 2c and 2c + 1 share 32 bytes: low nibbles, high nibbles.
void decodeQ4K(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0), minimum = halfAt(block, 2);
  for (unsigned c = 0; c < 4; ++c) {
    const SixBits low = q4Scales(block + 4, 2 * c), high = q4Scales(block + 4, 2 * c + 1);
    const float step_low = scale * low.scale, offset_low = minimum * low.minimum;
    const float step_high = scale * high.scale, offset_high = minimum * high.minimum;
    const std::byte* codes = block + 16 + 32 * c;
    float* out = values + 64 * c;
    for (unsigned j = 0; j < 32; ++j) {
      out[j] = step_low * static_cast<float>(byteAt(codes, j) & 15) - offset_low;
    }
    for (unsigned j = 0; j < 32; ++j) {
      out[32 + j] = step_high * static_cast<float>(byteAt(codes, j) >> 4) - offset_high;
    }
  }
}

void decodeQ5K(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0), minimum = halfAt(block, 2);
  for (unsigned t = 0; t < 8; ++t) {
    const SixBits six = q4Scales(block + 4, t);
    const float step = scale * six.scale, offset = minimum * six.minimum;
    for (unsigned j = 0; j < 32; ++j) {
      const unsigned low = bitsOf(byteAt(block, 48 + 32 * (t / 2) + j), 4 * (t % 2), 4);
      const unsigned code = low | bitsOf(byteAt(block, 16 + j), t, 1) << 4;
      values[32 * t + j] = step * static_cast<float>(code) - offset;
    }
  }
}

// Halves of 128: four bits of an element stand in one place, two more in another.
void decodeQ6K(const std::byte* block, float* values) {
  const float scale = halfAt(block, 208);
  for (unsigned t = 0; t < 16; ++t) {
    const unsigned half = t / 8, strip = t % 8;
    const std::byte* low = block + 64 * half + 16 * (strip % 4);
    const std::byte* high = block + 128 + 32 * half + 16 * (strip % 2);
    const unsigned low_shift = strip / 4 * 4, high_shift = strip / 2 * 2;
    const float step = scale * static_cast<float>(signedAt(block, 192 + t));
    for (unsigned j = 0; j < 16; ++j) {
      const unsigned code =
          bitsOf(byteAt(low, j), low_shift, 4) | bitsOf(byteAt(high, j), high_shift, 2) << 4;
      values[16 * t + j] = step * static_cast<float>(static_cast<int>(code) - 32);
    }
  }
}

constexpr BlockType kSuperTypes[] = {
    {"Q2_K", 256, 84, false, decodeQ2K},  {"Q3_K", 256, 110, true, decodeQ3K},
    {"Q4_K", 256, 144, false, decodeQ4K}, {"Q5_K", 256, 176, false, decodeQ5K},
    {"Q6_K", 256, 210, true, decodeQ6K},
};

}  // namespace

std::span<const BlockType> superBlocks() { return kSuperTypes; }

}  // namespace kindred::codecs
