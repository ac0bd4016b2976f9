// W + scale * B A against sums in double, for every range of its bytes.
#include "codecs/low_rank.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "codecs/codec_file.hpp"
#include "codecs/rows.hpp"
#include "shards.hpp"

namespace kindred::codecs {
namespace {

constexpr double kScale = 0.5;

// Whole numbers, so that sums are exact in whatever order they are taken.
std::vector<float> numbers(std::uint64_t count, int salt) {
  std::vector<float> made(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    made[i] = static_cast<float>(static_cast<int>((i * 37 + i * i * 11) % 17) - 8 + salt % 3);
  }
  return made;
}

// A matrix behind some others of its shard.
struct Matrix {
  Matrix(std::uint64_t rows, std::uint64_t columns, int salt)
      : values(numbers(rows * columns, salt)), shape{rows, columns} {
    std::vector<float> all{-1e9f, -1e9f, -1e9f};
    all.insert(all.end(), values.begin(), values.end());
    shard = shardOf("matrix", bytesOf(all));
  }
  // The first number lies one float behind the view's tensor, which begins at the second.
  models::View view() const {
    models::View view;
    view.shard = &shard;
    view.offset = 2 * sizeof(float);
    view.first = 1;
    view.info.dtype = DType::F32;
    view.info.shape = shape;
    return view;
  }
  double at(std::uint64_t row, std::uint64_t column) const {
    return values[row * shape[1] + column];
  }

  std::vector<float> values;
  std::vector<std::uint64_t> shape;
  models::Shard shard;
};

struct Change {
  Change(std::uint64_t rows, std::uint64_t columns, std::uint64_t rank, bool inputs_come_first)
      : base(rows, columns, 1),
        a(rank, inputs_come_first ? rows : columns, 2),
        b(inputs_come_first ? columns : rows, rank, 3),
        inputs_first(inputs_come_first) {}
  LowRankFile file() const {
    return LowRankFile({base.view(), a.view(), b.view(), kScale, inputs_first});
  }
  std::vector<float> expected() const {
    std::vector<float> all;
    for (std::uint64_t r = 0; r < base.shape[0]; ++r) {
      for (std::uint64_t c = 0; c < base.shape[1]; ++c) {
        double sum = base.at(r, c);
        for (std::uint64_t k = 0; k < a.shape[0]; ++k) {
          sum += kScale * (inputs_first ? b.at(c, k) * a.at(k, r) : b.at(r, k) * a.at(k, c));
        }
        all.push_back(static_cast<float>(sum));
      }
    }
    return all;
  }
  Matrix base, a, b;
  bool inputs_first;
};

TEST(LowRank, IsTheBaseWithTheProductOfTheFactors) {
  for (const bool inputs_first : {false, true}) {
    const Change change(5, 7, 3, inputs_first);
    LowRankFile file = change.file();
    SCOPED_TRACE(inputs_first);
    expectPartsOf(change.expected(), file);
    EXPECT_EQ(file.place(), "matrix");
    EXPECT_EQ(file.identity(), "identity of matrix");
    EXPECT_TRUE(file.stored(8, 0).empty());
  }
}

TEST(LowRank, ReadsOfTheBaseAndOfOneFactorWhatARangeTouches) {
  const Change change(5, 7, 3, false);
  const LowRankFile file = change.file();
  // One number: itself, all of A, and one row of B.
  EXPECT_EQ(costOf(file, 8 * 4, 4), (1 + 3 * 7 + 3) * 4u);
  EXPECT_EQ(costOf(file, 6 * 4, 8), (2 + 3 * 7 + 2 * 3) * 4u) << "of two rows";
  EXPECT_EQ(costOf(file, 0, 7 * 4), (7 + 3 * 7 + 3) * 4u) << "of one row";
}

TEST(LowRank, WithInputsFirstReadsOneFactorInWindows) {
  const Change change(5000, 2, 2, true);
  LowRankFile file = change.file();
  const std::vector<float> expected = change.expected();
  for (const std::uint64_t row : {0u, 4095u, 4096u, 4999u}) {
    for (std::uint64_t rows = 1; rows <= 2 && row + rows <= 5000; ++rows) {
      const auto begin = expected.begin() + static_cast<std::ptrdiff_t>(row * 2);
      EXPECT_EQ(bytesAt(file, row * 8, rows * 8),
                bytesOf(std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(rows * 2))))
          << row;
    }
  }
  // Of a row: its two numbers, four of B, and of A's two rows a window.
  EXPECT_EQ(costOf(file, 0, 8), (2 + 4 + 2 * 4096) * 4u);
  EXPECT_EQ(costOf(file, 4096 * 8, 8), (2 + 4 + 2 * (5000 - 4096)) * 4u);
  EXPECT_EQ(costOf(file, 4095 * 8, 16), (4 + 4 + 2 * 5000) * 4u);
}

TEST(LowRank, GivesRowsTheLengthsThatItHas) {
  Change change(4, 6, 2, false);
  const Matrix lengths(1, 4, 5);
  models::View magnitudes = lengths.view();
  magnitudes.info.shape = {4};
  LowRankFile file(
      {change.base.view(), change.a.view(), change.b.view(), kScale, false, magnitudes});
  std::vector<float> expected = change.expected();
  for (std::size_t r = 0; r < 4; ++r) {
    double square = 0;
    for (std::size_t c = 0; c < 6; ++c) square += double{expected[r * 6 + c]} * expected[r * 6 + c];
    const auto factor = static_cast<float>(lengths.values[r] / std::sqrt(square));
    for (std::size_t c = 0; c < 6; ++c) expected[r * 6 + c] *= factor;
  }
  expectPartsOf(expected, file);
  EXPECT_EQ(costOf(file, 4, 4), (6 + 2 * 6 + 2 + 1) * 4u) << "a number takes its whole row";
}

TEST(LowRank, LeavesARowWithoutALengthAsItIs) {
  Change change(1, 3, 1, false);
  std::vector<float> zeros(3 + 3);
  change.base.shard = shardOf("zeros", bytesOf(zeros));
  change.a.shard = shardOf("zeros", bytesOf(zeros));
  change.a.values = {0, 0, 0};
  const Matrix lengths(1, 1, 5);
  models::View magnitudes = lengths.view();
  magnitudes.info.shape = {1};
  LowRankFile file(
      {change.base.view(), change.a.view(), change.b.view(), kScale, false, magnitudes});
  expectPartsOf({0, 0, 0}, file);
}

TEST(LowRank, TakesABaseThatACodecMakes) {
  Change change(6, 3, 2, false);
  // The same numbers, the two halves of a head of six rows in turns.
  const std::shared_ptr<const Codec> codec = halvesInTurns(plainRows(DType::F32, 6, 3), 6);
  const models::Shard stored = shardOf("stored", bytesOf(change.base.values));
  auto decoded = std::make_shared<CodecFile>(codec, std::vector<StoredPart>{{&stored, 0}});
  const std::vector<float> base = allRows(*codec, {bytesOf(change.base.values)});
  change.base.values = base;
  change.base.shard = {"numbers", decoded, 0, decoded.get()};
  models::View view = change.base.view();
  view.offset = 0;
  view.first = 0;
  LowRankFile file({view, change.a.view(), change.b.view(), kScale, false});
  expectPartsOf(change.expected(), file);
}

}  // namespace
}  // namespace kindred::codecs
