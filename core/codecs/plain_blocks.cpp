// One scale, and perhaps one minimum, for the codes of a block.
#include "codecs/block_bytes.hpp"
#include "codecs/blocks.hpp"

namespace kindred::codecs {
namespace {

void decodeQ4_0(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0);
  for (unsigned j = 0; j < 32; ++j) {
    values[j] = static_cast<float>(static_cast<int>(nibbleAt(block + 2, j)) - 8) * scale;
  }
}

void decodeQ4_1(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0), minimum = halfAt(block, 2);
  for (unsigned j = 0; j < 32; ++j) {
    values[j] = static_cast<float>(nibbleAt(block + 4, j)) * scale + minimum;
  }
}

// The fifth bits of 32 codes stand in one word.
unsigned fiveBits(const std::byte* codes, std::uint32_t high, unsigned j) {
  return nibbleAt(codes, j) | ((high >> j) & 1) << 4;
}

void decodeQ5_0(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0);
  const std::uint32_t high = longAt(block, 2);
  for (unsigned j = 0; j < 32; ++j) {
    values[j] = static_cast<float>(static_cast<int>(fiveBits(block + 6, high, j)) - 16) * scale;
  }
}

void decodeQ5_1(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0), minimum = halfAt(block, 2);
  const std::uint32_t high = longAt(block, 4);
  for (unsigned j = 0; j < 32; ++j) {
    values[j] = static_cast<float>(fiveBits(block + 8, high, j)) * scale + minimum;
  }
}

void decodeQ8_0(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0);
  for (unsigned j = 0; j < 32; ++j) values[j] = static_cast<float>(signedAt(block, 2 + j)) * scale;
}

void decodeQ1_0(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0);
  for (unsigned j = 0; j < 128; ++j) {
    values[j] = bitsOf(byteAt(block, 2 + j / 8), j % 8, 1) != 0 ? scale : -scale;
  }
}

void decodeQ2_0(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0);
  for (unsigned j = 0; j < 64; ++j) {
    const int code = static_cast<int>(bitsOf(byteAt(block, 2 + j / 4), 2 * (j % 4), 2));
    values[j] = static_cast<float>(code - 1) * scale;
  }
}

// Q4_0 and Q5_0 take their scale from the element of largest magnitude, sign included, so that
// minus the weights have minus the scale. Q2_0 holds -1, 0, 1 and 2.
constexpr BlockType kPlainTypes[] = {
    {"Q4_0", 32, 18, true, decodeQ4_0},  {"Q4_1", 32, 20, false, decodeQ4_1},
    {"Q5_0", 32, 22, true, decodeQ5_0},  {"Q5_1", 32, 24, false, decodeQ5_1},
    {"Q8_0", 32, 34, true, decodeQ8_0},  {"Q1_0", 128, 18, true, decodeQ1_0},
    {"Q2_0", 64, 18, false, decodeQ2_0},
};

}  // namespace

std::span<const BlockType> plainBlocks() { return kPlainTypes; }

}  // namespace kindred::codecs
