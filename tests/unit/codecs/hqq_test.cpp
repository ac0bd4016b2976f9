// HQQ, against matrices that the test packs as the tool does: parts of the grouped matrix laid over
// each other, the first highest.
#include <gmock/gmock.h>

#include <cstring>
#include <stdexcept>

#include "codecs/hqq.hpp"

namespace kindred::codecs::hqq_packing {
namespace {

using Shape = std::vector<std::uint64_t>;

constexpr std::uint64_t kRows = 12, kColumns = 40, kSize = 8, kGroups = kRows * kColumns / kSize;

struct Packed {
  std::vector<std::byte> codes, scales, zeros;
  Shape words, groups;
  std::vector<float> expected;
};

std::uint32_t codeOf(std::uint64_t e, unsigned bits) {
  return static_cast<std::uint32_t>(e * 2654435761u >> 7) & ((1u << bits) - 1);
}

void append(std::vector<std::byte>& bytes, const void* from, std::size_t size) {
  const auto* begin = static_cast<const std::byte*>(from);
  bytes.insert(bytes.end(), begin, begin + size);
}

Packed packed(unsigned bits, bool runs) {
  const std::uint64_t lines = runs ? kGroups : kSize, width = runs ? kSize : kGroups;
  const std::uint64_t parts = bits == 3 ? 10 : 8 / bits, stored = (lines + parts - 1) / parts;
  Packed made;
  made.words = {stored, width};
  made.groups = runs ? Shape{kGroups, 1} : Shape{1, kGroups};
  std::vector<std::uint32_t> words(stored * width);
  for (std::uint64_t e = 0; e < kRows * kColumns; ++e) {
    const std::uint64_t line = e / width, column = e % width, part = line / stored;
    words[line % stored * width + column] |= codeOf(e, bits) << (bits * (parts - 1 - part));
    const std::uint64_t group = runs ? line : column;
    made.expected.push_back((static_cast<float>(codeOf(e, bits)) - static_cast<float>(group) / 8) *
                            (1 + static_cast<float>(group)));
  }
  for (const std::uint32_t word : words) append(made.codes, &word, bits == 3 ? 4 : 1);
  for (std::uint64_t g = 0; g < kGroups; ++g) {
    const float scale = 1 + static_cast<float>(g), zero = static_cast<float>(g) / 8;
    append(made.scales, &scale, sizeof scale);
    append(made.zeros, &zero, sizeof zero);
  }
  return made;
}

std::unique_ptr<Codec> codecOf(const Packed& made, unsigned bits) {
  const Part groups{DType::F32, made.groups};
  return hqq({bits == 3 ? DType::I32 : DType::U8, made.words}, groups, groups, kRows, kColumns);
}

// From nothing but the pieces that the codec asked for.
std::vector<float> rowsOf(const Codec& codec, const Packed& made, std::uint64_t first,
                          std::uint64_t count) {
  const std::vector<std::byte>* parts[] = {&made.codes, &made.scales, &made.zeros};
  std::vector<Bytes> bytes;
  for (const Piece& piece : codec.pieces(first, count)) {
    const auto& part = *parts[piece.part];
    if (piece.offset + piece.length > part.size()) throw std::runtime_error("beyond the part");
    bytes.push_back(Bytes(part).subspan(piece.offset, piece.length));
  }
  std::vector<float> values(count * codec.columns());
  codec.decode(first, count, bytes, values);
  return values;
}

TEST(Hqq, UnpacksEveryWidthAlongEitherAxis) {
  for (const bool runs : {true, false}) {
    for (const unsigned bits : {1u, 2u, 3u, 4u, 8u}) {
      SCOPED_TRACE(testing::Message() << bits << " bit, groups of rows: " << runs);
      if (!runs && bits == 3) continue;  // eight lines are one of ten
      const Packed made = packed(bits, runs);
      const auto codec = codecOf(made, bits);
      if (bits < 3 && runs && kGroups % (8 / bits) != 0) {
        EXPECT_EQ(codec, nullptr);  // the tool cannot lay them over each other
        continue;
      }
      ASSERT_NE(codec, nullptr);
      EXPECT_EQ(rowsOf(*codec, made, 0, kRows), made.expected);
      for (std::uint64_t r = 0; r < kRows; ++r) {
        const auto begin = made.expected.begin() + static_cast<std::ptrdiff_t>(r * kColumns);
        EXPECT_EQ(rowsOf(*codec, made, r, 1), std::vector<float>(begin, begin + kColumns));
      }
      EXPECT_FALSE(codec->odd());
    }
  }
}

TEST(Hqq, ReadsRowsOfGroupsThatAreRunsAlone) {
  const Packed made = packed(4, true);
  const auto codec = codecOf(made, 4);
  std::uint64_t bytes = 0;
  for (const Piece& piece : codec->pieces(3, 1)) bytes += piece.length;
  EXPECT_EQ(bytes, kColumns + 2 * (kColumns / kSize) * sizeof(float));
}

TEST(Hqq, NeedsShapesThatFit) {
  const Part codes{DType::U8, {30, 8}}, groups{DType::F32, {60, 1}};
  ASSERT_NE(hqq(codes, groups, groups, kRows, kColumns), nullptr);
  EXPECT_EQ(hqq(codes, groups, {DType::F32, {1, 60}}, kRows, kColumns), nullptr);
  EXPECT_EQ(hqq(codes, groups, groups, kRows, 41), nullptr);
  EXPECT_EQ(hqq(codes, groups, groups, 0, kColumns), nullptr);
  EXPECT_EQ(hqq(codes, groups, groups, std::uint64_t{1} << 40, std::uint64_t{1} << 40), nullptr);
  EXPECT_EQ(hqq({DType::U8, {29, 8}}, groups, groups, kRows, kColumns), nullptr);
  EXPECT_EQ(hqq({DType::U8, {0, 8}}, groups, groups, kRows, kColumns), nullptr);
  EXPECT_EQ(hqq({DType::F16, {30, 8}}, groups, groups, kRows, kColumns), nullptr);
  const Part small{DType::F4, {60, 1}};
  EXPECT_EQ(hqq(codes, small, groups, kRows, kColumns), nullptr);
}

}  // namespace
}  // namespace kindred::codecs::hqq_packing
