// Numbers that a codec makes, read as a file.
#include "codecs/codec_file.hpp"

#include <gmock/gmock.h>

#include "codecs/column_packed.hpp"
#include "codecs/rows.hpp"
#include "shards.hpp"

namespace kindred::codecs {
namespace {

// Behind bytes that belong to others.
std::vector<std::byte> behind(std::size_t others, const std::vector<std::byte>& bytes) {
  std::vector<std::byte> all(others, std::byte{0xee});
  all.insert(all.end(), bytes.begin(), bytes.end());
  return all;
}

TEST(CodecFile, HasEveryRangeOfTheNumbersWhereverItBegins) {
  std::vector<float> numbers(15);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = 0.37f * static_cast<float>(i) - 2;
  const models::Shard shard = shardOf("m.safetensors", behind(13, bytesOf(numbers)));
  CodecFile file(plainRows(DType::F32, 5, 3), {{&shard, 13}});
  expectPartsOf(numbers, file);
  EXPECT_EQ(file.place(), "m.safetensors");
  EXPECT_EQ(file.identity(), "identity of m.safetensors");
}

TEST(CodecFile, ReadsTheRowsThatARangeTouchesAndNoOthers) {
  const models::Shard shard = shardOf("m", std::vector<std::byte>(7 + 60));
  const CodecFile file(plainRows(DType::F32, 5, 3), {{&shard, 7}});
  const auto touched = [&](std::uint64_t offset, std::uint64_t length) {
    const std::vector<models::ByteRange> ranges = file.stored(offset, length);
    EXPECT_EQ(ranges.size(), 1u);
    EXPECT_EQ(ranges.front().shard, &shard);
    return std::pair(ranges.front().offset, ranges.front().length);
  };
  EXPECT_EQ(touched(0, 12), std::pair(std::uint64_t{7}, std::uint64_t{12}));
  EXPECT_EQ(touched(0, 13), std::pair(std::uint64_t{7}, std::uint64_t{24}));
  EXPECT_EQ(touched(11, 1), std::pair(std::uint64_t{7}, std::uint64_t{12}));
  EXPECT_EQ(touched(11, 2), std::pair(std::uint64_t{7}, std::uint64_t{24}));
  EXPECT_EQ(touched(24, 12), std::pair(std::uint64_t{31}, std::uint64_t{12}));
  EXPECT_TRUE(file.stored(24, 0).empty());
}

// GPTQ lays codes of one output beneath each other, so that a few outputs cost little.
TEST(CodecFile, OfColumnsHasARowForEachOfThem) {
  constexpr std::uint64_t kInputs = 16, kOutputs = 8;
  std::vector<std::uint32_t> codes, zeros{0x76543210};
  for (std::uint32_t i = 0; i < 2 * kOutputs; ++i) codes.push_back(0x9abcdef1u * (i + 3));
  const std::vector<float> scales(kOutputs, 0.5f);
  const std::shared_ptr<const Codec> codec =
      awq({DType::I32, {kInputs, 1}}, {DType::I32, {1, 1}}, {DType::F32, {1, kOutputs}});
  ASSERT_NE(codec, nullptr);
  const Data parts{bytesOf(codes), bytesOf(zeros), bytesOf(scales)};
  const std::vector<float> rows = allRows(*codec, parts);
  std::vector<models::Shard> shards;
  for (const auto& part : parts) shards.push_back(shardOf("part", behind(5, part)));
  const std::vector<StoredPart> stored{{&shards[0], 5}, {&shards[1], 5}, {&shards[2], 5}};
  CodecFile as_rows(codec, stored);
  expectPartsOf(rows, as_rows);
  if (codec->columnPieces(0, 1).empty()) GTEST_SKIP() << "no columns of this codec by themselves";
  std::vector<float> columns;
  for (std::uint64_t c = 0; c < codec->columns(); ++c) {
    for (std::uint64_t r = 0; r < codec->rows(); ++r)
      columns.push_back(rows[r * codec->columns() + c]);
  }
  CodecFile as_columns(codec, stored, CodecFile::Lines::columns);
  expectPartsOf(columns, as_columns);
}

}  // namespace
}  // namespace kindred::codecs
