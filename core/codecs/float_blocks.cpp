// Four-bit floats (OCP Microscaling Formats 1.0: E2M1) under a scale of eight bits.
#include <cmath>
#include <limits>

#include "codecs/block_bytes.hpp"
#include "codecs/blocks.hpp"

namespace kindred::codecs {
namespace {

constexpr float kE2M1[16] = {0.0f,  0.5f,  1.0f,  1.5f,  2.0f,  3.0f,  4.0f,  6.0f,
                             -0.0f, -0.5f, -1.0f, -1.5f, -2.0f, -3.0f, -4.0f, -6.0f};

// 2^(code - 127); 255 is no number.
float powerOf(unsigned code) {
  if (code == 255) return std::numeric_limits<float>::quiet_NaN();
  return std::ldexp(1.0f, static_cast<int>(code) - 127);
}

void decodeMXFP4(const std::byte* block, float* values) {
  const float scale = powerOf(byteAt(block, 0));
  for (unsigned j = 0; j < 32; ++j) values[j] = kE2M1[nibbleAt(block + 1, j)] * scale;
}

// E4M3 without a sign (bias 7, subnormals); ggml takes its not-a-number for zero.
float unsignedE4M3(unsigned code) {
  if (code == 0x7f) return 0;
  const int exponent = static_cast<int>(bitsOf(code, 3, 4));
  const auto fraction = static_cast<float>(code & 7);
  return exponent == 0 ? std::ldexp(fraction, -9) : std::ldexp(8 + fraction, exponent - 10);
}

void decodeNVFP4(const std::byte* block, float* values) {
  for (unsigned t = 0; t < 4; ++t) {
    const float scale = unsignedE4M3(byteAt(block, t) & 0x7f);
    for (unsigned j = 0; j < 16; ++j) {
      const unsigned code = bitsOf(byteAt(block, 4 + 8 * t + j % 8), j < 8 ? 0 : 4, 4);
      values[16 * t + j] = kE2M1[code] * scale;
    }
  }
}

constexpr BlockType kFloatTypes[] = {
    {"MXFP4", 32, 17, true, decodeMXFP4},
    {"NVFP4", 64, 36, true, decodeNVFP4},
};

}  // namespace

std::span<const BlockType> floatBlocks() { return kFloatTypes; }

}  // namespace kindred::codecs
