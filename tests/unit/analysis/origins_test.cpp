#include <kindred/analysis/align/origins.hpp>

#include <limits>

#include <gtest/gtest.h>

#include <kindred/alignment.hpp>

namespace {

using kindred::kNoOrigin;
using kindred::Matrix;
using kindred::align::isOneSided;
using kindred::align::isTelling;
using kindred::align::Origins;
using kindred::align::repeatedRows;

Matrix matrix(std::uint64_t columns, std::vector<float> values) {
  Matrix m;
  m.columns = columns;
  m.rows = values.size() / columns;
  m.values = std::move(values);
  return m;
}

TEST(Origins, JoinedMembersHaveTheSmallestNumber) {
  Origins origins(6);
  origins.join(5, 3);
  origins.join(3, 4);
  origins.join(1, 0);
  EXPECT_EQ(origins.find(4), 3u);
  EXPECT_EQ(origins.find(5), 3u);
  EXPECT_EQ(origins.find(1), 0u);
  EXPECT_EQ(origins.find(2), 2u);
}

TEST(RepeatedRows, TiedRowsShareAnOriginUpToSign) {
  const auto origins = repeatedRows(matrix(2, {1, 2, 3, 4, -1, -2, 1, 2}));
  EXPECT_EQ(origins, (std::vector<std::uint32_t>{0, 1, 0, 0}));
}

TEST(RepeatedRows, RowsOfEqualLengthAreNotTied) {
  const auto origins = repeatedRows(matrix(2, {1, 2, 2, 1, 1, -2}));
  EXPECT_EQ(origins, (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST(RepeatedRows, ConstantZeroAndInfiniteRowsHaveNone) {
  const float infinity = std::numeric_limits<float>::infinity();
  const auto origins = repeatedRows(matrix(2, {1, 1, 0, 0, infinity, 1, 1, 2}));
  EXPECT_EQ(origins, (std::vector<std::uint32_t>{kNoOrigin, kNoOrigin, kNoOrigin, 3}));
}

TEST(RepeatedRows, TheSignIsThatOfTheFirstElementThatIsNotZero) {
  // Zeros of either sign are zeros; rows that differ in one sign are others.
  const auto origins =
      repeatedRows(matrix(3, {0, 1, -2, -0.0f, -1, 2, 0, 1, 2, 0, -1, -2, -0.0f, 1, -2}));
  EXPECT_EQ(origins, (std::vector<std::uint32_t>{0, 0, 2, 2, 0}));
}

TEST(RepeatedRows, ManyRowsOfOneLengthAreEachTiedToTheFirstOfTheirs) {
  const auto origins = repeatedRows(matrix(2, {3, 4, 4, 3, 4, -3, -4, -3, -3, -4, 5, 0, -4, 3}));
  EXPECT_EQ(origins, (std::vector<std::uint32_t>{0, 1, 2, 1, 0, 5, 2}));
}

TEST(RepeatedRows, OfOneColumnAreConstant) {
  EXPECT_EQ(repeatedRows(matrix(1, {7, 8})), (std::vector<std::uint32_t>{kNoOrigin, kNoOrigin}));
}

bool telling(const std::vector<float>& row) { return isTelling(row.data(), row.size()); }

// So many elements that are not zero among 32.
std::vector<float> sparse(std::size_t others) {
  std::vector<float> row(32);
  for (std::size_t i = 0; i < others; ++i) row[i] = 1 + static_cast<float>(i);
  return row;
}

TEST(TellingRow, HasMoreThanOneElementOfSixteenThatIsNotZero) {
  EXPECT_FALSE(telling(sparse(0)));
  EXPECT_FALSE(telling(sparse(1)));
  EXPECT_FALSE(telling(sparse(2)));
  EXPECT_TRUE(telling(sparse(3)));
  EXPECT_TRUE(telling(sparse(31)));
}

TEST(TellingRow, IsNeitherConstantNorInfinite) {
  EXPECT_FALSE(telling(std::vector<float>(32, 0.5f)));
  std::vector<float> row = sparse(32);
  row.back() = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(telling(row));
  row.back() = row.front();
  EXPECT_TRUE(telling(row));
}

// A row of 144 (six deviations are 72) of which so many are positive, so many negative.
bool oneSided(std::size_t positive, std::size_t negative) {
  std::vector<float> row(144);
  for (std::size_t i = 0; i < positive; ++i) row[i] = 0.1f;
  for (std::size_t i = 0; i < negative; ++i) row[143 - i] = -30;
  return isOneSided(row.data(), row.size());
}

TEST(OneSidedRow, HasAnExcessOfOneSignBeyondSixDeviationsWhateverTheSizes) {
  EXPECT_FALSE(oneSided(108, 36)) << "72 more";
  EXPECT_TRUE(oneSided(109, 35)) << "74 more";
  EXPECT_FALSE(oneSided(36, 108));
  EXPECT_TRUE(oneSided(35, 109));
  EXPECT_FALSE(oneSided(72, 0)) << "zeros have no side";
  EXPECT_TRUE(oneSided(73, 0));
  EXPECT_TRUE(oneSided(0, 73));
}

}  // namespace
