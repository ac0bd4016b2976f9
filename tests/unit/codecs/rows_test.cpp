// Rows as they lie, in turns, and through a view's strides, each against where its elements stand.
#include "codecs/rows.hpp"

#include <gmock/gmock.h>

#include <numeric>

#include "codecs/scalars.hpp"
#include "pieces.hpp"

namespace kindred::codecs {
namespace {

using testing::ElementsAre;

Data counted(std::size_t elements) {
  std::vector<float> numbers(elements);
  std::iota(numbers.begin(), numbers.end(), 0.0f);
  return {bytesOf(numbers)};
}

TEST(PlainRows, AreReadAsTheyLie) {
  const auto codec = plainRows(DType::F32, 3, 4);
  ASSERT_NE(codec, nullptr);
  EXPECT_EQ(allRows(*codec, counted(12)),
            (std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(cost(*codec, 1, 2), 2u * 4 * 4);
  EXPECT_TRUE(codec->odd());
  EXPECT_EQ(codec->name(), "F32");
}

TEST(PlainRows, NeedBothExtentsAndWholeBytes) {
  EXPECT_EQ(plainRows(DType::F32, 0, 4), nullptr);
  EXPECT_EQ(plainRows(DType::F32, 3, 0), nullptr);
  EXPECT_EQ(plainRows(DType::F4, 3, 4), nullptr);
  EXPECT_NE(plainRows(DType::F16, 1, 1), nullptr);
}

TEST(BlockRows, NeedWholeBlocks) {
  const BlockType& type = *blockType("Q8_0");  // 32 elements in 34 bytes
  EXPECT_EQ(blockRows(type, 2, 48), nullptr);
  EXPECT_EQ(blockRows(type, 0, 32), nullptr);
  EXPECT_EQ(blockRows(type, 2, 0), nullptr);
  const auto codec = blockRows(type, 3, 64);
  ASSERT_NE(codec, nullptr);
  EXPECT_EQ(codec->name(), "Q8_0");
  const std::vector<Piece> pieces = codec->pieces(1, 2);
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_EQ(pieces[0].offset, 68u);
  EXPECT_EQ(pieces[0].length, 136u);
}

TEST(HalvesInTurns, AreHeadsWhoseHalvesFollowEachOther) {
  // Two heads of six rows, one element each: stored 2 i + c, wanted c * 3 + i.
  const auto codec = halvesInTurns(plainRows(DType::F32, 12, 1), 6);
  ASSERT_NE(codec, nullptr);
  EXPECT_THAT(allRows(*codec, counted(12)), ElementsAre(0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11));
  EXPECT_EQ(cost(*codec, 2, 1), 6u * 4) << "a row costs its head";
  EXPECT_EQ(cost(*codec, 5, 2), 12u * 4) << "and rows of two heads cost both";
}

TEST(HalvesInTurns, TakeRowsAcrossHeads) {
  const auto codec = halvesInTurns(plainRows(DType::F32, 12, 2), 4);
  const Data parts = counted(24);
  const std::vector<float> all = allRows(*codec, parts);
  EXPECT_THAT(all, ElementsAre(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15, 16, 17, 20, 21,
                               18, 19, 22, 23));
  EXPECT_EQ(rowsOf(*codec, parts, 3, 4), std::vector<float>(all.begin() + 6, all.begin() + 14));
}

TEST(HalvesInTurns, NeedWholeHeadsOfTwoHalves) {
  EXPECT_EQ(halvesInTurns(nullptr, 6), nullptr);
  EXPECT_EQ(halvesInTurns(plainRows(DType::F32, 12, 1), 0), nullptr);
  EXPECT_EQ(halvesInTurns(plainRows(DType::F32, 15, 1), 5), nullptr);
  EXPECT_EQ(halvesInTurns(plainRows(DType::F32, 12, 1), 8), nullptr);
  EXPECT_NE(halvesInTurns(plainRows(DType::F32, 12, 1), 2), nullptr);
}

TEST(StridedRows, AreATransposedMatrix) {
  // A storage of 3 x 4 seen as 4 x 3.
  const auto codec = stridedRows(DType::F32, {4, 3}, {1, 4}, 0);
  ASSERT_NE(codec, nullptr);
  EXPECT_THAT(allRows(*codec, counted(12)), ElementsAre(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11));
  EXPECT_EQ(cost(*codec, 1, 1), 9u * 4) << "from its first element to its last";
  EXPECT_EQ(cost(*codec, 1, 2), 10u * 4);
  EXPECT_EQ(codec->rows(), 4u);
  EXPECT_EQ(codec->columns(), 3u);
}

TEST(StridedRows, OfSeveralAxesAreAllButTheLast) {
  // Element (i, j, k) of 2 x 3 x 2 at 5 + i + 2 j + 7 k.
  const auto codec = stridedRows(DType::F32, {2, 3, 2}, {1, 2, 7}, 5);
  ASSERT_NE(codec, nullptr);
  EXPECT_EQ(codec->rows(), 6u);
  EXPECT_THAT(allRows(*codec, counted(18)), ElementsAre(5, 12, 7, 14, 9, 16, 6, 13, 8, 15, 10, 17));
}

TEST(StridedRows, MayLieInOnePlaceOrInFallingOrder) {
  const auto same = stridedRows(DType::F32, {3, 2}, {0, 1}, 4);  // an expanded row
  EXPECT_THAT(allRows(*same, counted(6)), ElementsAre(4, 5, 4, 5, 4, 5));
  EXPECT_EQ(cost(*same, 0, 3), 2u * 4);
  // Rows (0, 1), (1, 0) stand at 6 and 1: the second lies before the first.
  const auto falling = stridedRows(DType::F32, {2, 2, 1}, {1, 6, 1}, 0);
  EXPECT_THAT(allRows(*falling, counted(8)), ElementsAre(0, 6, 1, 7));
  EXPECT_THAT(rowsOf(*falling, counted(8), 1, 2), ElementsAre(6, 1));
  EXPECT_EQ(cost(*falling, 1, 2), 6u * 4);
}

TEST(StridedRows, NeedAStrideForEachAxisAndElements) {
  EXPECT_EQ(stridedRows(DType::F32, {}, {}, 0), nullptr);
  EXPECT_EQ(stridedRows(DType::F32, {2, 0}, {1, 1}, 0), nullptr);
  EXPECT_EQ(stridedRows(DType::F32, {2, 3}, {1}, 0), nullptr);
  EXPECT_EQ(stridedRows(DType::F4, {2, 3}, {3, 1}, 0), nullptr);
}

TEST(Numbers, OfWideTypesAreRounded) {
  EXPECT_THAT(numbersOf(DType::F64, bytesOf(std::vector<double>{0.1, -2})), ElementsAre(0.1f, -2));
  EXPECT_THAT(numbersOf(DType::I64, bytesOf(std::vector<std::int64_t>{-3, 1L << 40})),
              ElementsAre(-3, 0x1p40f));
}

TEST(Numbers, ThatCanBeFactorsAreRealAndOfWholeBytes) {
  for (const DType dtype : {DType::F32, DType::F64, DType::F16, DType::BF16, DType::U8, DType::I8,
                            DType::I32, DType::F8_E4M3}) {
    EXPECT_TRUE(isFactor(dtype)) << name(dtype);
  }
  for (const DType dtype : {DType::C64, DType::I64, DType::U64, DType::F4}) {
    EXPECT_FALSE(isFactor(dtype)) << name(dtype);
  }
}

}  // namespace
}  // namespace kindred::codecs
