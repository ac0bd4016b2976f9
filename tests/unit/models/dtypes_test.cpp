// Every code of every small dtype against an independent decoder, and runs of any length.
#include "models/dtypes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

#include <kindred/error.hpp>
#include <kindred/random.hpp>

namespace kindred::models {
namespace {

using ::testing::ElementsAre;
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class T>
std::vector<std::byte> bytesOf(const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::vector<float> floats(DType dtype, const std::vector<std::byte>& raw, std::size_t count) {
  std::vector<float> out(count);
  toFloat(dtype, raw, out);
  return out;
}

std::vector<double> doubles(DType dtype, const std::vector<std::byte>& raw, std::size_t count) {
  std::vector<double> out(count);
  toDouble(dtype, raw, out);
  return out;
}

// The textbook formula: sign, exponent and fraction as fields, scaled by ldexp.
double ieeeLike(unsigned code, int exponent_bits, int fraction_bits, int bias) {
  const double sign = (code >> (exponent_bits + fraction_bits)) & 1 ? -1 : 1;
  const int e = static_cast<int>(code >> fraction_bits) & ((1 << exponent_bits) - 1);
  const double f = std::ldexp(code & ((1u << fraction_bits) - 1), -fraction_bits);
  return sign * (e == 0 ? std::ldexp(f, 1 - bias) : std::ldexp(1 + f, e - bias));
}

double half(unsigned code, int exponent_bits) {
  const int fraction_bits = 15 - exponent_bits;
  const unsigned largest = (1u << exponent_bits) - 1;
  if (((code >> fraction_bits) & largest) == largest) {
    if ((code & ((1u << fraction_bits) - 1)) != 0) return kNaN;
    return code & 0x8000 ? -kInf : kInf;
  }
  return ieeeLike(code, exponent_bits, fraction_bits, static_cast<int>(largest / 2));
}

// NaN equals NaN; zeros must agree in sign.
void expectSame(double actual, double expected, unsigned code) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(actual)) << "code " << code << " gave " << actual;
  } else {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(actual), std::bit_cast<std::uint64_t>(expected))
        << "code " << code << ": " << actual << " for " << expected;
  }
}

struct EightBit {
  DType dtype;
  double (*expected)(unsigned);
};

double e4m3(unsigned c) { return (c & 0x7f) == 0x7f ? kNaN : ieeeLike(c, 4, 3, 7); }
double e5m2(unsigned c) {
  if ((c & 0x7c) != 0x7c) return ieeeLike(c, 5, 2, 15);
  return (c & 3) != 0 ? kNaN : (c & 0x80) != 0 ? -kInf : kInf;
}
double e8m0(unsigned c) { return c == 255 ? kNaN : std::ldexp(1, static_cast<int>(c) - 127); }
double e4m3fnuz(unsigned c) { return c == 0x80 ? kNaN : ieeeLike(c, 4, 3, 8); }
double e5m2fnuz(unsigned c) { return c == 0x80 ? kNaN : ieeeLike(c, 5, 2, 16); }

class EveryEightBitCode : public ::testing::TestWithParam<EightBit> {};

TEST_P(EveryEightBitCode, ConvertsExactly) {
  std::vector<std::uint8_t> codes(256);
  std::iota(codes.begin(), codes.end(), std::uint8_t{0});
  const auto narrow = floats(GetParam().dtype, bytesOf(codes), 256);
  const auto wide = doubles(GetParam().dtype, bytesOf(codes), 256);
  for (unsigned code = 0; code < 256; ++code) {
    expectSame(narrow[code], GetParam().expected(code), code);
    expectSame(wide[code], GetParam().expected(code), code);
  }
}

INSTANTIATE_TEST_SUITE_P(DTypes, EveryEightBitCode,
                         ::testing::Values(EightBit{DType::F8_E4M3, e4m3},
                                           EightBit{DType::F8_E5M2, e5m2},
                                           EightBit{DType::F8_E8M0, e8m0},
                                           EightBit{DType::F8_E4M3FNUZ, e4m3fnuz},
                                           EightBit{DType::F8_E5M2FNUZ, e5m2fnuz}),
                         [](const auto& test) { return std::string(name(test.param.dtype)); });

TEST(DTypes, KnowTheExtremesOfEightBitFloats) {
  const auto at = [](DType dtype, std::uint8_t code) {
    return floats(dtype, {std::byte{code}}, 1)[0];
  };
  EXPECT_EQ(at(DType::F8_E4M3, 0x7e), 448);
  EXPECT_EQ(at(DType::F8_E4M3, 0x01), 0x1p-9f);
  EXPECT_EQ(at(DType::F8_E5M2, 0x7b), 57344);
  EXPECT_EQ(at(DType::F8_E5M2, 0x01), 0x1p-16f);
  EXPECT_EQ(at(DType::F8_E4M3FNUZ, 0x7f), 240);
  EXPECT_EQ(at(DType::F8_E5M2FNUZ, 0xff), -57344);
  EXPECT_EQ(at(DType::F8_E8M0, 0x00), 0x1p-127f);
  EXPECT_EQ(at(DType::F8_E8M0, 0xfe), 0x1p127f);
}

// On every vector unit that this machine has, as if it were the best one.
class EveryVectorUnit : public ::testing::TestWithParam<std::int64_t> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

INSTANTIATE_TEST_SUITE_P(Halves, EveryVectorUnit,
                         ::testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& test) { return std::string(hwy::TargetName(test.param)); });

TEST_P(EveryVectorUnit, ConvertsEveryF16AndBF16Code) {
  std::vector<std::uint16_t> codes(65536);
  std::iota(codes.begin(), codes.end(), std::uint16_t{0});
  const auto f16 = floats(DType::F16, bytesOf(codes), codes.size());
  const auto bf16 = floats(DType::BF16, bytesOf(codes), codes.size());
  for (unsigned code = 0; code < codes.size(); ++code) {
    expectSame(f16[code], half(code, 5), code);
    expectSame(bf16[code], half(code, 8), code);
  }
}

TEST_P(EveryVectorUnit, ConvertsHalvesOfAnyLengthAtAnyAddress) {
  Random random(1);
  std::vector<std::byte> bytes(300);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  for (std::size_t start = 0; start < 3; ++start) {
    for (std::size_t count = 0; count < 70; ++count) {
      for (const auto& [dtype, exponent_bits] : {std::pair{DType::F16, 5}, {DType::BF16, 8}}) {
        std::vector<float> out(count + 1, -7);
        toFloat(dtype, std::span(bytes).subspan(start), {out.data(), count});
        for (std::size_t i = 0; i < count; ++i) {
          const auto low = std::to_integer<unsigned>(bytes[start + 2 * i]);
          const auto high = std::to_integer<unsigned>(bytes[start + 2 * i + 1]);
          expectSame(out[i], half(high << 8 | low, exponent_bits), high << 8 | low);
        }
        ASSERT_EQ(out[count], -7) << "wrote behind the end";
      }
    }
  }
}

TEST(DTypes, ConvertEveryF4CodeLowNibbleFirst) {
  const std::vector<std::uint8_t> packed{0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe};
  EXPECT_THAT(floats(DType::F4, bytesOf(packed), 16),
              ElementsAre(0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6));
}

// Packs codes the slow way, bit by bit.
std::vector<std::byte> pack(const std::vector<unsigned>& codes, unsigned bits) {
  std::vector<std::byte> bytes((codes.size() * bits + 7) / 8);
  for (std::size_t i = 0; i < codes.size() * bits; ++i) {
    if (codes[i / bits] >> (i % bits) & 1) bytes[i / 8] |= std::byte{1} << (i % 8);
  }
  return bytes;
}

struct Packed {
  DType dtype;
  unsigned bits;
  int exponent_bits, fraction_bits, bias;
};

class PackedDTypes : public ::testing::TestWithParam<Packed> {};

TEST_P(PackedDTypes, ConvertEveryCodeInRunsOfAnyLength) {
  const auto [dtype, bits, exponent_bits, fraction_bits, bias] = GetParam();
  std::vector<unsigned> codes(std::size_t{1} << bits);
  std::iota(codes.begin(), codes.end(), 0u);
  for (std::size_t count = 1; count <= codes.size(); ++count) {
    // A buffer of exactly these bytes, so that a sanitizer sees any read beyond them.
    const std::vector<unsigned> some(codes.end() - static_cast<long>(count), codes.end());
    const std::vector<float> out = floats(dtype, pack(some, bits), count);
    for (std::size_t i = 0; i < count; ++i) {
      expectSame(out[i], ieeeLike(some[i], exponent_bits, fraction_bits, bias), some[i]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(DTypes, PackedDTypes,
                         ::testing::Values(Packed{DType::F4, 4, 2, 1, 1},
                                           Packed{DType::F6_E2M3, 6, 2, 3, 1},
                                           Packed{DType::F6_E3M2, 6, 3, 2, 3}),
                         [](const auto& test) { return std::string(name(test.param.dtype)); });

TEST(DTypes, WidenPackedElementsInLongRuns) {
  std::vector<unsigned> codes(2000);
  Random random(3);
  for (unsigned& code : codes) code = static_cast<unsigned>(random.below(64));
  EXPECT_THAT(doubles(DType::F6_E3M2, pack(codes, 6), codes.size()),
              ::testing::Pointwise(::testing::Eq(), [&] {
                std::vector<double> expected;
                for (const unsigned code : codes) expected.push_back(ieeeLike(code, 3, 2, 3));
                return expected;
              }()));
}

TEST(DTypes, ConvertIntegersAndBooleans) {
  EXPECT_THAT(floats(DType::I8, bytesOf<std::int8_t>({-128, 127}), 2), ElementsAre(-128, 127));
  EXPECT_THAT(floats(DType::U8, bytesOf<std::uint8_t>({0, 255}), 2), ElementsAre(0, 255));
  EXPECT_THAT(floats(DType::I16, bytesOf<std::int16_t>({-32768, 32767}), 2),
              ElementsAre(-32768, 32767));
  EXPECT_THAT(floats(DType::U16, bytesOf<std::uint16_t>({65535}), 1), ElementsAre(65535));
  EXPECT_THAT(floats(DType::BOOL, bytesOf<std::uint8_t>({0, 1, 2}), 3), ElementsAre(0, 1, 1));
  EXPECT_THAT(doubles(DType::I32, bytesOf<std::int32_t>({INT32_MIN, INT32_MAX}), 2),
              ElementsAre(-2147483648.0, 2147483647.0));
  EXPECT_THAT(doubles(DType::U32, bytesOf<std::uint32_t>({UINT32_MAX}), 1),
              ElementsAre(4294967295.0));
  EXPECT_THAT(doubles(DType::I64, bytesOf<std::int64_t>({INT64_MIN, -(1ll << 53), 1ll << 62}), 3),
              ElementsAre(-0x1p63, -0x1p53, 0x1p62));
  EXPECT_THAT(doubles(DType::U64, bytesOf<std::uint64_t>({1ull << 63}), 1), ElementsAre(0x1p63));
}

TEST(DTypes, CopyFloatsAndDoublesBitForBit) {
  const std::vector<float> single{1.5f, -0.0f, 1e-42f, std::numeric_limits<float>::infinity()};
  EXPECT_EQ(bytesOf(floats(DType::F32, bytesOf(single), 4)), bytesOf(single));
  const std::vector<double> wide{0.1, -0.0, 5e-324, kInf};
  EXPECT_EQ(bytesOf(doubles(DType::F64, bytesOf(wide), 4)), bytesOf(wide));
}

std::string messageOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(DTypes, RefuseIntegersThatDoubleCannotHold) {
  constexpr const char* kRest =
      ", which a double cannot hold exactly (integers beyond 2^53 are not compared as numbers; "
      "compare their bytes)";
  EXPECT_EQ(messageOf([] {
              doubles(DType::I64, bytesOf<std::int64_t>({0, (1ll << 53) + 1}), 2);
            }),
            std::string("element 1 of those read is 9007199254740993") + kRest);
  EXPECT_EQ(messageOf([] { doubles(DType::I64, bytesOf<std::int64_t>({INT64_MAX}), 1); }),
            std::string("element 0 of those read is 9223372036854775807") + kRest);
  EXPECT_EQ(messageOf([] { doubles(DType::U64, bytesOf<std::uint64_t>({UINT64_MAX}), 1); }),
            std::string("element 0 of those read is 18446744073709551615") + kRest);
}

TEST(DTypes, RefuseComplexNumbers) {
  EXPECT_EQ(messageOf([] { doubles(DType::C64, std::vector<std::byte>(8), 1); }),
            "C64 (complex) elements cannot be compared as real numbers (compare their bytes, or "
            "leave the tensor out)");
}

TEST(DTypes, RefuseWideOnesAsFloatAndTooFewBytes) {
  EXPECT_EQ(messageOf([] { floats(DType::I32, std::vector<std::byte>(4), 1); }),
            "a float cannot hold I32 exactly");
  EXPECT_EQ(messageOf([] { floats(DType::F16, std::vector<std::byte>(3), 2); }),
            "2 elements of F16 do not fit in 3 bytes");
}

TEST(DTypes, AreNarrowExactlyWhereFloatSuffices) {
  for (const DTypeInfo& entry : kDTypes) {
    const std::vector<std::byte> raw(8);
    const bool works = messageOf([&] { floats(entry.dtype, raw, 1); }) == "no error";
    EXPECT_EQ(works, !entry.wide) << entry.name;
  }
}

}  // namespace
}  // namespace kindred::models
