// Reading the fields of a block.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kindred::codecs {

inline unsigned byteAt(const std::byte* block, std::size_t at) {
  return std::to_integer<unsigned>(block[at]);
}

inline int signedAt(const std::byte* block, std::size_t at) {
  return static_cast<std::int8_t>(byteAt(block, at));
}

inline unsigned wordAt(const std::byte* block, std::size_t at) {
  return byteAt(block, at) | byteAt(block, at + 1) << 8;
}

inline std::uint32_t longAt(const std::byte* block, std::size_t at) {
  return wordAt(block, at) | static_cast<std::uint32_t>(wordAt(block, at + 2)) << 16;
}

// IEEE half precision to float, exactly.
inline float halfOf(unsigned bits) {
  const std::uint32_t sign = (bits & 0x8000u) << 16;
  const std::uint32_t exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | fraction << 13);
  if (exponent == 0) {
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
}

inline float halfAt(const std::byte* block, std::size_t at) { return halfOf(wordAt(block, at)); }

// Bits [first, first + count) of a byte.
inline unsigned bitsOf(unsigned byte, unsigned first, unsigned count) {
  return (byte >> first) & ((1u << count) - 1);
}

// The code of element j of 32 in 16 bytes: low nibbles first, then high ones.
inline unsigned nibbleAt(const std::byte* codes, unsigned j) {
  return j < 16 ? byteAt(codes, j) & 15 : byteAt(codes, j - 16) >> 4;
}

}  // namespace kindred::codecs
