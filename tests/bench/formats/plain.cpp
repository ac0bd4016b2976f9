#include "bench/formats/plain.hpp"

#include <array>
#include <cmath>
#include <cstring>

namespace kindred::bench {
namespace {

// As C programs do it: a table of all halves.
const std::array<float, 65536>& halves() {
  static const auto table = [] {
    std::array<float, 65536> values{};
    for (std::uint32_t bits = 0; bits < 65536; ++bits) {
      const int exponent = static_cast<int>(bits >> 10 & 31);
      const auto fraction = static_cast<double>(bits & 1023);
      const double magnitude =
          exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
      values[bits] = static_cast<float>(bits >> 15 != 0 ? -magnitude : magnitude);
    }
    return values;
  }();
  return table;
}

float half(const std::uint8_t* at) {
  std::uint16_t bits;
  std::memcpy(&bits, at, 2);
  return halves()[bits];
}

const std::array<float, 256>& e4m3() {
  static const auto table = [] {
    std::array<float, 256> values{};
    for (int code = 0; code < 256; ++code) {
      const int exponent = code >> 3 & 15, fraction = code & 7;
      const double magnitude =
          exponent == 0 ? std::ldexp(fraction, -9) : std::ldexp(8 + fraction, exponent - 10);
      values[static_cast<std::size_t>(code)] =
          (code & 127) == 127 ? NAN : static_cast<float>(code > 127 ? -magnitude : magnitude);
    }
    return values;
  }();
  return table;
}

}  // namespace

void plainQ4K(const std::uint8_t* block, std::size_t count, float* values) {
  for (std::size_t b = 0; b < count; ++b, block += 144) {
    const float d = half(block), least = half(block + 2);
    const std::uint8_t* packed = block + 4;
    const std::uint8_t* codes = block + 16;
    for (int t = 0; t < 8; t += 2, codes += 32) {
      float step[2], offset[2];
      for (int k = 0; k < 2; ++k) {
        const int s = t + k;
        const int scale = s < 4 ? packed[s] & 63 : (packed[s + 4] & 15) | (packed[s - 4] >> 6) << 4;
        const int minimum = s < 4 ? packed[s + 4] & 63 : packed[s + 4] >> 4 | (packed[s] >> 6) << 4;
        step[k] = d * static_cast<float>(scale);
        offset[k] = least * static_cast<float>(minimum);
      }
      for (int j = 0; j < 32; ++j) *values++ = step[0] * (codes[j] & 15) - offset[0];
      for (int j = 0; j < 32; ++j) *values++ = step[1] * (codes[j] >> 4) - offset[1];
    }
  }
}

void plainQ8_0(const std::uint8_t* block, std::size_t count, float* values) {
  for (std::size_t b = 0; b < count; ++b, block += 34) {
    const float d = half(block);
    for (int j = 0; j < 32; ++j) *values++ = static_cast<std::int8_t>(block[2 + j]) * d;
  }
}

void plainNf4(const std::uint8_t* codes, const float* table, const float* magnitudes,
              std::size_t count, float* values) {
  for (std::size_t i = 0; i < count; i += 2) {
    const float magnitude = magnitudes[i / 64];
    values[i] = table[codes[i / 2] >> 4] * magnitude;
    values[i + 1] = table[codes[i / 2] & 15] * magnitude;
  }
}

void plainFp8(const std::uint8_t* codes, const float* scales, std::size_t rows, std::size_t columns,
              float* values) {
  const std::array<float, 256>& table = e4m3();
  for (std::size_t r = 0; r < rows; ++r) {
    const float* scale = scales + r / 128 * (columns / 128);
    for (std::size_t c = 0; c < columns; ++c) {
      values[r * columns + c] = table[codes[r * columns + c]] * scale[c / 128];
    }
  }
}

}  // namespace kindred::bench
