// The IQ types: indices into code books of magnitudes with signs beside them, and two with a table
// of sixteen values.
#include <bit>

#include "codecs/block_bytes.hpp"
#include "codecs/blocks.hpp"
#include "codecs/iq_grids.hpp"

namespace kindred::codecs {
namespace {

// Seven sign bits; the eighth makes their number even.
unsigned evenSigns(unsigned seven) {
  return seven | static_cast<unsigned>(std::popcount(seven) % 2) << 7;
}

template <std::size_t N>
void put(float* values, float scale, const std::array<std::int8_t, N>& magnitudes, unsigned signs) {
  for (unsigned j = 0; j < N; ++j) {
    const float value = scale * static_cast<float>(magnitudes[j]);
    values[j] = (signs >> j & 1) != 0 ? -value : value;
  }
}

void decodeIQ2XXS(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0);
  for (unsigned t = 0; t < 8; ++t) {
    const std::byte* at = block + 2 + 8 * t;
    const std::uint32_t rest = longAt(at, 4);
    const float step = scale * (0.5f + static_cast<float>(rest >> 28)) * 0.25f;
    for (unsigned l = 0; l < 4; ++l) {
      put(values + 32 * t + 8 * l, step, iq2Xxs()[byteAt(at, l)], evenSigns(rest >> (7 * l) & 127));
    }
  }
}

// Of IQ2_XS and IQ2_S: scale nibbles, low for the first sixteen of 32 elements.
float iq2Step(float scale, unsigned both, unsigned l) {
  return scale * (0.5f + static_cast<float>(bitsOf(both, l < 2 ? 0 : 4, 4))) * 0.25f;
}

void decodeIQ2XS(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0);
  for (unsigned g = 0; g < 32; ++g) {
    const unsigned word = wordAt(block, 2 + 2 * g);
    put(values + 8 * g, iq2Step(scale, byteAt(block, 66 + g / 4), g % 4), iq2Xs()[word & 511],
        evenSigns(word >> 9));
  }
}

void decodeIQ2S(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0);
  for (unsigned g = 0; g < 32; ++g) {
    const unsigned high = bitsOf(byteAt(block, 66 + g / 4), 2 * (g % 4), 2);
    put(values + 8 * g, iq2Step(scale, byteAt(block, 74 + g / 4), g % 4),
        iq2S()[byteAt(block, 2 + g) | high << 8], byteAt(block, 34 + g));
  }
}

void decodeIQ3XXS(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0);
  for (unsigned t = 0; t < 8; ++t) {
    const std::uint32_t rest = longAt(block, 66 + 4 * t);
    const float step = scale * (0.5f + static_cast<float>(rest >> 28)) * 0.5f;
    for (unsigned l = 0; l < 4; ++l) {
      const unsigned signs = evenSigns(rest >> (7 * l) & 127);
      const std::byte* pair = block + 2 + 8 * t + 2 * l;
      put(values + 32 * t + 8 * l, step, iq3Xxs()[byteAt(pair, 0)], signs);
      put(values + 32 * t + 8 * l + 4, step, iq3Xxs()[byteAt(pair, 1)], signs >> 4);
    }
  }
}

void decodeIQ3S(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0);
  for (unsigned g = 0; g < 32; ++g) {
    const unsigned t = g / 4, l = g % 4;
    const unsigned nibble = bitsOf(byteAt(block, 106 + t / 2), 4 * (t % 2), 4);
    const float step = scale * static_cast<float>(1 + 2 * nibble);
    const unsigned high = byteAt(block, 66 + t), signs = byteAt(block, 74 + g);
    const unsigned first = byteAt(block, 2 + 2 * g) | bitsOf(high, 2 * l, 1) << 8;
    const unsigned second = byteAt(block, 3 + 2 * g) | bitsOf(high, 2 * l + 1, 1) << 8;
    put(values + 8 * g, step, iq3S()[first], signs);
    put(values + 8 * g + 4, step, iq3S()[second], signs >> 4);
  }
}

void putShifted(float* values, float step, unsigned index, bool below) {
  const float delta = below ? -0.125f : 0.125f;
  const auto& grid = iq1S()[index];
  for (unsigned j = 0; j < 8; ++j) values[j] = step * (static_cast<float>(grid[j]) + delta);
}

void decodeIQ1S(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0);
  for (unsigned t = 0; t < 8; ++t) {
    const unsigned word = wordAt(block, 34 + 2 * t);
    const float step = scale * static_cast<float>(2 * bitsOf(word, 12, 3) + 1);
    for (unsigned l = 0; l < 4; ++l) {
      const unsigned index = byteAt(block, 2 + 4 * t + l) | bitsOf(word, 3 * l, 3) << 8;
      putShifted(values + 32 * t + 8 * l, step, index, (word & 0x8000) != 0);
    }
  }
}

void decodeIQ1M(const std::byte* block, float* values) {
  // The scale's four nibbles stand above the four words of small scales.
  unsigned half = 0;
  for (unsigned i = 0; i < 4; ++i) half |= wordAt(block, 48 + 2 * i) >> 12 << (4 * i);
  const float scale = halfOf(half);
  for (unsigned g = 0; g < 32; ++g) {
    const unsigned t = g / 4, l = g % 4;
    const unsigned small =
        bitsOf(wordAt(block, 48 + 2 * (t / 2)), 6 * (t % 2) + (l < 2 ? 0 : 3), 3);
    const float step = scale * static_cast<float>(2 * small + 1);
    const unsigned nibble = bitsOf(byteAt(block, 32 + g / 2), 4 * (g % 2), 4);
    putShifted(values + 8 * g, step, byteAt(block, g) | (nibble & 7) << 8, (nibble & 8) != 0);
  }
}

constexpr int kNonlinear[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                1,    13,   25,  38,  53,  69,  89,  113};

void decodeIQ4NL(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0);
  for (unsigned j = 0; j < 32; ++j) {
    values[j] = scale * static_cast<float>(kNonlinear[nibbleAt(block + 2, j)]);
  }
}

void decodeIQ4XS(const std::byte* block, float* values) {
  const float scale = halfAt(block, 0);
  const unsigned high = wordAt(block, 2);
  for (unsigned t = 0; t < 8; ++t) {
    const unsigned low = bitsOf(byteAt(block, 4 + t / 2), 4 * (t % 2), 4);
    const int six = static_cast<int>(low | (high >> (2 * t) & 3) << 4);
    const float step = scale * static_cast<float>(six - 32);
    for (unsigned j = 0; j < 32; ++j) {
      values[32 * t + j] = step * static_cast<float>(kNonlinear[nibbleAt(block + 8 + 16 * t, j)]);
    }
  }
}

// IQ4's table is not symmetric, but its scale takes the sign of the largest element.
constexpr BlockType kLatticeTypes[] = {
    {"IQ2_XXS", 256, 66, true, decodeIQ2XXS}, {"IQ2_XS", 256, 74, true, decodeIQ2XS},
    {"IQ3_XXS", 256, 98, true, decodeIQ3XXS}, {"IQ1_S", 256, 50, false, decodeIQ1S},
    {"IQ4_NL", 32, 18, true, decodeIQ4NL},    {"IQ3_S", 256, 110, true, decodeIQ3S},
    {"IQ2_S", 256, 82, true, decodeIQ2S},     {"IQ4_XS", 256, 136, true, decodeIQ4XS},
    {"IQ1_M", 256, 56, false, decodeIQ1M},
};

}  // namespace

std::span<const BlockType> latticeBlocks() { return kLatticeTypes; }

}  // namespace kindred::codecs
