// Tables of the values that 8, 6 and 4-bit codes stand for.
#pragma once

#include <array>
#include <cstddef>
#include <limits>

namespace kindred::models {

// What the codes with special meaning are.
enum class Specials {
  none,      // every code is a number (F6, F4)
  ieee,      // the largest exponent holds infinities and NaNs (E5M2)
  nan_only,  // S.1111.111 is NaN, there is no infinity (E4M3)
  fnuz       // the code of -0 is the only NaN, there is no infinity (the FNUZ dtypes)
};

struct SmallFloat {
  int exponent_bits;
  int fraction_bits;
  int bias;
  Specials specials;
};

constexpr float powerOfTwo(int exponent) {
  double value = 1;  // float's subnormal powers are normal in double
  for (; exponent > 0; --exponent) value *= 2;
  for (; exponent < 0; ++exponent) value /= 2;
  return static_cast<float>(value);
}

// (-1)^s 2^(e - bias) 1.f, and (-1)^s 2^(1 - bias) 0.f where e = 0.
constexpr float decode(unsigned code, const SmallFloat& format) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  const int all = (1 << (format.exponent_bits + format.fraction_bits)) - 1;
  const int magnitude = static_cast<int>(code) & all;
  const bool negative = static_cast<int>(code) > all;
  const int exponent = magnitude >> format.fraction_bits;
  const int one = 1 << format.fraction_bits;
  const int fraction = magnitude & (one - 1);
  if (format.specials == Specials::fnuz && negative && magnitude == 0) return kNaN;
  if (format.specials == Specials::nan_only && magnitude == all) return kNaN;
  if (format.specials == Specials::ieee && exponent == (1 << format.exponent_bits) - 1) {
    if (fraction != 0) return kNaN;
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    return negative ? -kInfinity : kInfinity;
  }
  const int significand = exponent == 0 ? fraction : fraction + one;
  const int scale = (exponent == 0 ? 1 : exponent) - format.bias - format.fraction_bits;
  const float value = static_cast<float>(significand) * powerOfTwo(scale);
  return negative ? -value : value;
}

template <std::size_t Codes>
constexpr std::array<float, Codes> decodeAll(const SmallFloat& format) {
  std::array<float, Codes> values{};
  for (unsigned code = 0; code < Codes; ++code) values[code] = decode(code, format);
  return values;
}

// OCP 8-bit floating point (OFP8), revision 1.0.
inline constexpr auto kE4M3 = decodeAll<256>({4, 3, 7, Specials::nan_only});
inline constexpr auto kE5M2 = decodeAll<256>({5, 2, 15, Specials::ieee});
// The FNUZ variants: arXiv:2206.02915.
inline constexpr auto kE4M3Fnuz = decodeAll<256>({4, 3, 8, Specials::fnuz});
inline constexpr auto kE5M2Fnuz = decodeAll<256>({5, 2, 16, Specials::fnuz});
// OCP Microscaling Formats (MX), version 1.0.
inline constexpr auto kE2M3 = decodeAll<64>({2, 3, 1, Specials::none});
inline constexpr auto kE3M2 = decodeAll<64>({3, 2, 3, Specials::none});
inline constexpr auto kE2M1 = decodeAll<16>({2, 1, 1, Specials::none});
inline constexpr auto kE8M0 = [] {
  std::array<float, 256> values{};
  for (int code = 0; code < 255; ++code) {
    values[static_cast<std::size_t>(code)] = powerOfTwo(code - 127);
  }
  values[255] = std::numeric_limits<float>::quiet_NaN();
  return values;
}();

}  // namespace kindred::models
