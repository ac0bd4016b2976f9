// Codecs of quantised safetensors, each against a matrix that the test packs by the format's rule.
#include <gmock/gmock.h>

#include "codecs/bitsandbytes.hpp"
#include "codecs/column_packed.hpp"
#include "codecs/four_bit_floats.hpp"
#include "codecs/grouped_integers.hpp"
#include "codecs/scaled.hpp"
#include "pieces.hpp"

namespace kindred::codecs {
namespace {

// Codes that look random.
std::uint32_t codeOf(std::uint64_t row, std::uint64_t column, unsigned bits) {
  return static_cast<std::uint32_t>((row * 7919 + column * 104729 + row * column * 31) >> 3) &
         ((1u << bits) - 1);
}

void setBits(std::vector<std::uint32_t>& words, std::uint64_t bit, unsigned bits,
             std::uint32_t code) {
  for (unsigned b = 0; b < bits; ++b, ++bit) {
    words[bit / 32] |= (code >> b & 1) << (bit % 32);
  }
}

TEST(ScaledCodec, MultipliesBlocksByTheirScales) {
  // 3 x 5 signed bytes in blocks of 2 x 4: partial blocks at both edges.
  std::vector<std::int8_t> codes(15);
  for (int i = 0; i < 15; ++i) codes[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(i - 7);
  const std::vector<float> scales{1, 10, 100, 1000};
  const auto codec = scaled({DType::I8, {3, 5}}, {DType::F32, {2, 2}}, 2, 4);
  ASSERT_NE(codec, nullptr);
  const auto values = allRows(*codec, {bytesOf(codes), bytesOf(scales)});
  EXPECT_EQ(values[0], -7);
  EXPECT_EQ(values[4], -30);
  EXPECT_EQ(values[10], 300);
  EXPECT_EQ(values[14], 7000);
  EXPECT_TRUE(codec->odd());
}

TEST(ScaledCodec, WorksOutBlocksOfAPowerOfTwo) {
  const auto codec = scaled({DType::F8_E4M3, {300, 512}}, {DType::BF16, {3, 4}});
  ASSERT_NE(codec, nullptr);
  EXPECT_EQ(codec->name(), "F8_E4M3 with a scale for blocks of 128 x 128");
  EXPECT_EQ(cost(*codec, 200, 1), 512u + 4 * 2);
}

TEST(ScaledCodec, TakesOneScaleForTheMatrixOrForEachRow) {
  EXPECT_EQ(scaled({DType::F8_E4M3, {4, 8}}, {DType::F32, {}})->name(),
            "F8_E4M3 with a scale for the matrix");
  EXPECT_EQ(scaled({DType::F8_E4M3, {4, 8}}, {DType::F32, {4, 1}})->name(),
            "F8_E4M3 with a scale for each row");
  EXPECT_EQ(scaled({DType::F8_E4M3, {4, 8}}, {DType::F32, {3, 1}}), nullptr);
  EXPECT_EQ(scaled({DType::F8_E4M3, {4, 8}}, {DType::F32, {4, 8, 1}}), nullptr);
  EXPECT_EQ(scaled({DType::F8_E4M3, {0, 8}}, {DType::F32, {1}}), nullptr);
}

TEST(FourBitFloats, MultiplyByPowersOfTwo) {
  std::vector<std::uint8_t> codes(16), scales{128};  // 2^1
  codes[0] = 0xf2;                                   // 1 for element 0, -6 for element 1
  const auto codec = fourBitFloats({DType::U8, {1, 16}}, {DType::U8, {1, 1}});
  ASSERT_NE(codec, nullptr);
  const auto values = allRows(*codec, {bytesOf(codes), bytesOf(scales)});
  EXPECT_EQ(values[0], 2);
  EXPECT_EQ(values[1], -12);
  EXPECT_EQ(values[2], 0);
  EXPECT_EQ(codec->name(), "MXFP4, groups of 32");
}

TEST(FourBitFloats, DivideOrMultiplyByTheScaleOfTheMatrix) {
  const Data parts{bytesOf(std::vector<std::uint8_t>(8, 0x22)),
                   bytesOf(std::vector<std::uint8_t>{0x38}),
                   bytesOf(std::vector<float>{4})};  // codes of 1, scale 1 in E4M3
  const Part codes{DType::U8, {1, 8}}, scales{DType::F8_E4M3, {1, 1}}, global{DType::F32, {1}};
  EXPECT_EQ(allRows(*fourBitFloats(codes, scales, global, Global::multiplies), parts)[0], 4);
  EXPECT_EQ(allRows(*fourBitFloats(codes, scales, global, Global::divides), parts)[0], 0.25f);
}

TEST(FourBitFloats, HoldEachMagnitudeWithEitherSignAndThePlaceOfItsScale) {
  // Two rows of 32 in groups of 16; codes 0 to 15, the lower half of a byte first.
  std::vector<std::uint8_t> codes;
  for (int row = 0; row < 2; ++row) {
    for (int byte = 0; byte < 16; ++byte) {
      codes.push_back(static_cast<std::uint8_t>(2 * byte % 16 + (2 * byte % 16 + 1) * 16));
    }
  }
  const std::vector<std::uint8_t> scales{127, 128, 126, 130};
  const float magnitudes[] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6}, sizes[] = {1, 2, 0.5f, 8};
  std::vector<float> expected;
  for (int e = 0; e < 64; ++e) {
    expected.push_back((e % 16 < 8 ? 1.0f : -1.0f) * magnitudes[e % 8] * sizes[e / 16]);
  }
  const auto codec = fourBitFloats({DType::U8, {2, 16}}, {DType::U8, {2, 2}});
  ASSERT_NE(codec, nullptr);
  EXPECT_EQ(allRows(*codec, {bytesOf(codes), bytesOf(scales)}), expected);
  EXPECT_EQ(cost(*codec, 1, 1), 16u + 2);
  EXPECT_EQ(codec->name(), "MXFP4, groups of 16");
  EXPECT_TRUE(codec->odd());
}

TEST(FourBitFloats, NeedFittingShapes) {
  EXPECT_EQ(fourBitFloats({DType::U8, {2, 16}}, {DType::U8, {3, 1}}), nullptr);
  EXPECT_EQ(fourBitFloats({DType::I8, {2, 16}}, {DType::U8, {2, 1}}), nullptr);
  EXPECT_EQ(fourBitFloats({DType::U8, {2, 16}}, {DType::U8, {2, 0}}), nullptr);
  EXPECT_NE(fourBitFloats({DType::U8, {2, 3, 16}}, {DType::U8, {2, 3}}), nullptr);
  // Three axes are blocks of sixteen bytes; one axis is no matrix, nor are four.
  EXPECT_EQ(fourBitFloats({DType::U8, {2, 3, 8}}, {DType::U8, {2, 3}}), nullptr);
  EXPECT_EQ(fourBitFloats({DType::U8, {2, std::uint64_t{1} << 61, 16}}, {DType::U8, {2, 3}}),
            nullptr);
  EXPECT_EQ(fourBitFloats({DType::U8, {16}}, {DType::U8, {16, 1}}), nullptr);
  EXPECT_EQ(fourBitFloats({DType::U8, {2, 3, 16, 1}}, {DType::U8, {2, 3}}), nullptr);
  // Scales: one axis for rows and one for groups, as many as cut a row evenly, of a type that can.
  EXPECT_EQ(fourBitFloats({DType::U8, {2, 16}}, {DType::U8, {2}}), nullptr);
  EXPECT_EQ(fourBitFloats({DType::U8, {2, 16}}, {DType::U8, {2, 1, 1}}), nullptr);
  EXPECT_EQ(fourBitFloats({DType::U8, {2, 16}}, {DType::U8, {2, 3}}), nullptr);
  EXPECT_EQ(fourBitFloats({DType::U8, {2, 16}}, {DType::F32, {2, 1}}), nullptr);
  EXPECT_EQ(fourBitFloats({DType::U8, {0, 16}}, {DType::U8, {0, 1}}), nullptr);
  EXPECT_EQ(fourBitFloats({DType::U8, {2, 0}}, {DType::U8, {2, 1}}), nullptr);
  EXPECT_NE(fourBitFloats({DType::U8, {2, 16}}, {DType::F8_E8M0, {2, 32}}), nullptr);
  // The scale of the matrix is one float.
  const Part codes{DType::U8, {2, 16}}, scales{DType::F8_E4M3, {2, 2}};
  EXPECT_EQ(fourBitFloats(codes, scales, {DType::F16, {1}}, Global::divides), nullptr);
  EXPECT_EQ(fourBitFloats(codes, scales, {DType::F32, {2}}, Global::divides), nullptr);
  EXPECT_NE(fourBitFloats(codes, scales, {DType::F32, {}}, Global::divides), nullptr);
  EXPECT_NE(fourBitFloats(codes, scales, {DType::F32, {1, 1}}, Global::divides), nullptr);
}

TEST(MlxAffine, ReadsCodesThatStraddleBytes) {
  for (const unsigned bits : {2u, 3u, 4u, 5u, 6u, 8u}) {
    SCOPED_TRACE(bits);
    const std::uint64_t rows = 3, columns = 64, words = columns * bits / 32;
    std::vector<std::uint32_t> codes(rows * words);
    std::vector<float> scales, biases, expected;
    for (std::uint64_t g = 0; g < rows * 2; ++g) {
      scales.push_back(0.5f + static_cast<float>(g));
      biases.push_back(-3.0f * static_cast<float>(g));
    }
    for (std::uint64_t r = 0; r < rows; ++r) {
      for (std::uint64_t c = 0; c < columns; ++c) {
        setBits(codes, r * words * 32 + c * bits, bits, codeOf(r, c, bits));
        const std::uint64_t g = r * 2 + c / 32;
        expected.push_back(scales[g] * static_cast<float>(codeOf(r, c, bits)) + biases[g]);
      }
    }
    const auto codec = mlxAffine({DType::U32, {rows, words}}, {DType::F32, {rows, 2}},
                                 {DType::F32, {rows, 2}}, bits);
    ASSERT_NE(codec, nullptr);
    EXPECT_EQ(allRows(*codec, {bytesOf(codes), bytesOf(scales), bytesOf(biases)}), expected);
    EXPECT_FALSE(codec->odd());
  }
}

TEST(PackedIntegers, SubtractTheMiddleOrTheZeroPoint) {
  const std::uint64_t rows = 10, columns = 32, groups = 2;
  std::vector<std::uint32_t> codes(rows * columns * 4 / 32), zeros(2 * groups);
  std::vector<float> scales(rows * groups, 0.5f), plain, shifted;
  for (std::uint64_t r = 0; r < rows; ++r) {
    for (std::uint64_t g = 0; g < groups; ++g) {
      const std::uint64_t bit = r * 4;  // down the words of column g
      zeros[bit / 32 * groups + g] |= codeOf(r, g, 4) << (bit % 32);
    }
    for (std::uint64_t c = 0; c < columns; ++c) {
      setBits(codes, r * columns * 4 + c * 4, 4, codeOf(r, c, 4));
      const auto code = static_cast<float>(codeOf(r, c, 4));
      plain.push_back((code - 8) * 0.5f);
      shifted.push_back((code - static_cast<float>(codeOf(r, c / 16, 4))) * 0.5f);
    }
  }
  const Part words{DType::I32, {rows, 4}}, of_scales{DType::F32, {rows, groups}};
  const auto symmetric = packedIntegers(words, of_scales, {}, {}, 4, columns);
  ASSERT_NE(symmetric, nullptr);
  EXPECT_TRUE(symmetric->odd());
  EXPECT_EQ(allRows(*symmetric, {bytesOf(codes), bytesOf(scales)}), plain);
  const auto asymmetric =
      packedIntegers(words, of_scales, Part{DType::I32, {2, groups}}, {}, 4, columns);
  ASSERT_NE(asymmetric, nullptr);
  EXPECT_FALSE(asymmetric->odd());
  EXPECT_EQ(allRows(*asymmetric, {bytesOf(codes), bytesOf(scales), bytesOf(zeros)}), shifted);
}

TEST(PackedIntegers, OfAGroupThatIsNotThereAreNoNumbers) {
  const std::vector<std::int32_t> groups{0, 0, 0, 0, 9, -1, 0, 0};
  const auto codec =
      packedIntegers({DType::I32, {1, 1}}, {DType::F32, {1, 1}}, {}, Part{DType::I32, {8}}, 4, 8);
  ASSERT_NE(codec, nullptr);
  const auto values = allRows(*codec, {bytesOf(std::vector<std::uint32_t>{0x99999999}),
                                       bytesOf(std::vector<float>{1}), bytesOf(groups)});
  EXPECT_EQ(values[0], 1);
  EXPECT_TRUE(std::isnan(values[4]));
  EXPECT_TRUE(std::isnan(values[5]));
}

TEST(Gptq, AddsOneToTheZerosOfTheFirstVersion) {
  for (const unsigned bits : {2u, 3u, 4u, 8u}) {
    SCOPED_TRACE(bits);
    const std::uint64_t inputs = 64, outputs = 128, groups = 2;
    std::vector<std::uint32_t> codes(inputs * bits / 32 * outputs),
        zeros(groups * outputs * bits / 32);
    std::vector<float> scales(groups * outputs, 2.0f), expected;
    for (std::uint64_t o = 0; o < outputs; ++o) {
      for (std::uint64_t i = 0; i < inputs; ++i) {
        for (unsigned b = 0; b < bits; ++b) {
          const std::uint64_t bit = i * bits + b;
          codes[bit / 32 * outputs + o] |= (codeOf(o, i, bits) >> b & 1) << (bit % 32);
        }
        const auto zero = static_cast<float>(codeOf(i / 32, o, bits) + 1);
        expected.push_back(2 * (static_cast<float>(codeOf(o, i, bits)) - zero));
      }
      for (std::uint64_t g = 0; g < groups; ++g) {
        setBits(zeros, g * outputs * bits + o * bits, bits, codeOf(g, o, bits));
      }
    }
    const auto codec = gptq({DType::I32, {inputs * bits / 32, outputs}},
                            {DType::I32, {groups, outputs * bits / 32}},
                            {DType::F32, {groups, outputs}}, {}, GptqZeros::minus_one);
    ASSERT_NE(codec, nullptr);
    EXPECT_EQ(codec->rows(), outputs);
    EXPECT_EQ(codec->columns(), inputs);
    const Data parts{bytesOf(codes), bytesOf(zeros), bytesOf(scales)};
    EXPECT_EQ(allRows(*codec, parts), expected);
    // A row costs the whole matrix, long runs cost their words.
    EXPECT_EQ(cost(*codec, 0, 1), cost(*codec, 0, outputs));
    EXPECT_EQ(4 * cost(*codec, 32, 32), cost(*codec, 0, outputs));
    const auto from = expected.begin() + 33 * static_cast<std::ptrdiff_t>(inputs);
    EXPECT_EQ(rowsOf(*codec, parts, 33, 30),
              std::vector<float>(from, from + 30 * static_cast<std::ptrdiff_t>(inputs)));
  }
}

TEST(Gptq, TakesTheGroupOfEachInputWhereInputsAreOrdered) {
  const std::uint64_t inputs = 16, outputs = 8, groups = 2;
  std::vector<std::uint32_t> codes(inputs / 8 * outputs), zeros(groups * outputs / 8);
  std::vector<std::int32_t> order;
  std::vector<float> scales, expected;
  for (std::uint64_t i = 0; i < inputs; ++i) order.push_back(static_cast<std::int32_t>(i % 2));
  order[5] = 7;  // there is no such group
  for (std::uint64_t g = 0; g < groups * outputs; ++g) scales.push_back(static_cast<float>(g + 1));
  for (std::uint64_t o = 0; o < outputs; ++o) {
    for (std::uint64_t i = 0; i < inputs; ++i) {
      codes[i / 8 * outputs + o] |= codeOf(o, i, 4) << (i % 8 * 4);
      const float scale = scales[i % 2 * outputs + o];
      expected.push_back(i == 5 ? std::nanf("")
                                : scale * (static_cast<float>(codeOf(o, i, 4)) - 1));
    }
  }
  const auto codec =
      gptq({DType::I32, {inputs / 8, outputs}}, {DType::I32, {groups, outputs / 8}},
           {DType::F32, {groups, outputs}}, Part{DType::I32, {inputs}}, GptqZeros::minus_one);
  ASSERT_NE(codec, nullptr);
  EXPECT_EQ(codec->name(), "GPTQ, 4 bit, groups of 8, grouped by order");
  const Data parts{bytesOf(codes), bytesOf(zeros), bytesOf(scales), bytesOf(order)};
  EXPECT_EQ(bytesOf(allRows(*codec, parts)), bytesOf(expected));
}

TEST(Awq, TakesNibblesInItsOwnOrder) {
  constexpr unsigned kOrder[8] = {0, 2, 4, 6, 1, 3, 5, 7};  // output of nibble n
  const std::uint64_t inputs = 16, outputs = 16, groups = 2;
  std::vector<std::uint32_t> codes(inputs * outputs / 8), zeros(groups * outputs / 8);
  std::vector<float> scales(groups * outputs, 0.25f), expected;
  const auto put = [&](std::vector<std::uint32_t>& words, std::uint64_t row, std::uint64_t salt) {
    for (std::uint64_t w = 0; w < outputs / 8; ++w) {
      for (unsigned n = 0; n < 8; ++n) {
        words[row * outputs / 8 + w] |= codeOf(row + salt, 8 * w + kOrder[n], 4) << (4 * n);
      }
    }
  };
  for (std::uint64_t i = 0; i < inputs; ++i) put(codes, i, 0);
  for (std::uint64_t g = 0; g < groups; ++g) put(zeros, g, 50);
  for (std::uint64_t o = 0; o < outputs; ++o) {
    for (std::uint64_t i = 0; i < inputs; ++i) {
      const auto zero = static_cast<float>(codeOf(i / 8 + 50, o, 4));
      expected.push_back(0.25f * (static_cast<float>(codeOf(i, o, 4)) - zero));
    }
  }
  const auto codec = awq({DType::I32, {inputs, outputs / 8}}, {DType::I32, {groups, outputs / 8}},
                         {DType::F32, {groups, outputs}});
  ASSERT_NE(codec, nullptr);
  const Data parts{bytesOf(codes), bytesOf(zeros), bytesOf(scales)};
  EXPECT_EQ(allRows(*codec, parts), expected);
  EXPECT_EQ(cost(*codec, 0, 8) + cost(*codec, 8, 8), cost(*codec, 0, outputs));
}

TEST(AwqRows, UseOfPaddedScalesAndZerosWhatTheGroupsNeed) {
  const std::uint64_t rows = 3, columns = 32, group = 8, stored = 8;  // four groups are used
  std::vector<std::uint32_t> codes(rows * columns / 8), zeros(rows * stored / 8);
  std::vector<float> scales(rows * stored), expected;
  for (std::uint64_t r = 0; r < rows; ++r) {
    for (std::uint64_t g = 0; g < stored; ++g) {
      setBits(zeros, (r * stored + g) * 4, 4, codeOf(r + 50, g, 4));
      scales[r * stored + g] = static_cast<float>(1 + r * stored + g);
    }
    for (std::uint64_t c = 0; c < columns; ++c) {
      setBits(codes, (r * columns + c) * 4, 4, codeOf(r, c, 4));
      const auto zero = static_cast<float>(codeOf(r + 50, c / group, 4));
      expected.push_back((static_cast<float>(codeOf(r, c, 4)) - zero) *
                         scales[r * stored + c / group]);
    }
  }
  const Part of_codes{DType::I32, {rows, columns / 8}}, of_zeros{DType::I32, {rows, stored / 8}};
  const Part of_scales{DType::F32, {rows, stored}};
  const auto codec = awqRows(of_codes, of_zeros, of_scales, group);
  ASSERT_NE(codec, nullptr);
  EXPECT_EQ(allRows(*codec, {bytesOf(codes), bytesOf(zeros), bytesOf(scales)}), expected);
  EXPECT_FALSE(codec->odd());
  EXPECT_EQ(cost(*codec, 1, 1), columns / 2 + stored / 2 + stored * 4);
  // More groups than there are scales, none, and parts of one another's shape.
  for (const std::uint64_t wrong : {2u, 0u, 5u}) {
    EXPECT_EQ(awqRows(of_codes, of_zeros, of_scales, wrong), nullptr) << wrong;
  }
  EXPECT_EQ(awqRows(of_codes, of_codes, of_scales, group), nullptr);
  EXPECT_EQ(awqRows({DType::I16, {rows, columns / 8}}, of_zeros, of_scales, group), nullptr);
}

TEST(BitsAndBytes, CrossesRowsWithItsBlocks) {
  // Rows of 6 in blocks of 4.
  std::vector<float> map(16), absmax{1, 2, 3};
  for (int i = 0; i < 16; ++i) map[static_cast<std::size_t>(i)] = static_cast<float>(i - 8);
  std::vector<std::uint8_t> codes;
  for (int i = 0; i < 12; i += 2) codes.push_back(static_cast<std::uint8_t>(i << 4 | (i + 1)));
  const auto codec =
      bitsAndBytes4({{DType::U8, {6, 1}}, {DType::F32, {16}}, {DType::F32, {3}}}, {2, 6, 4, 0, 0});
  ASSERT_NE(codec, nullptr);
  EXPECT_THAT(allRows(*codec, {bytesOf(codes), bytesOf(map), bytesOf(absmax)}),
              testing::ElementsAre(-8, -7, -6, -5, -8, -6, -4, -2, 0, 3, 6, 9));
}

TEST(BitsAndBytes, ReadsMagnitudesThatAreCodesThemselves) {
  std::vector<float> map(16, 1.0f), nested_map(256), nested{2, 4};
  for (int i = 0; i < 256; ++i) nested_map[static_cast<std::size_t>(i)] = static_cast<float>(i);
  const Data parts{bytesOf(std::vector<std::uint8_t>(6)), bytesOf(map),
                   bytesOf(std::vector<std::uint8_t>{1, 2, 3}), bytesOf(nested),
                   bytesOf(nested_map)};
  const auto codec = bitsAndBytes4({{DType::U8, {6, 1}},
                                    {DType::F32, {16}},
                                    {DType::U8, {3}},
                                    {DType::F32, {2}},
                                    {DType::F32, {256}}},
                                   {2, 6, 4, 2, 0.5f});
  ASSERT_NE(codec, nullptr);
  const auto values = allRows(*codec, parts);
  EXPECT_EQ(values[0], 2.5f);
  EXPECT_EQ(values[4], 4.5f);
  EXPECT_EQ(values[8], 12.5f);
}

TEST(BitsAndBytes, NeedsShapesThatItsStateExplains) {
  const std::vector<Part> parts{{DType::U8, {6, 1}}, {DType::F32, {16}}, {DType::F32, {3}}};
  EXPECT_EQ(bitsAndBytes4(parts, {2, 7, 4, 0, 0}), nullptr);
  EXPECT_EQ(bitsAndBytes4(parts, {2, 6, 0, 0, 0}), nullptr);
  EXPECT_EQ(bitsAndBytes4(parts, {std::uint64_t{1} << 40, std::uint64_t{1} << 40, 4, 0, 0}),
            nullptr);
}

}  // namespace
}  // namespace kindred::codecs
