#include <kindred/analysis/align/origins.hpp>

#include <limits>

#include <gtest/gtest.h>

#include <kindred/alignment.hpp>

namespace {

using kindred::kNoOrigin;
using kindred::Matrix;
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

}  // namespace
