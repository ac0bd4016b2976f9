// The numbers of a codec from nothing but the pieces that it asks for.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "codecs/codec.hpp"

namespace kindred::codecs {

using Data = std::vector<std::vector<std::byte>>;

template <class T>
std::vector<std::byte> bytesOf(const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

// Nothing but the pieces that the codec asked for.
struct Held {
  Held(const std::vector<Piece>& pieces, const Data& parts) {
    for (const Piece& piece : pieces) {
      const auto& part = parts.at(piece.part);
      if (piece.offset + piece.length > part.size()) throw std::runtime_error("beyond the part");
      const auto begin = part.begin() + static_cast<std::ptrdiff_t>(piece.offset);
      held.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(piece.length));
    }
    for (const auto& piece : held) bytes.emplace_back(piece);
  }
  std::vector<std::vector<std::byte>> held;
  std::vector<Bytes> bytes;
};

// Rows [first, first + count).
inline std::vector<float> rowsOf(const Codec& codec, const Data& parts, std::uint64_t first,
                                 std::uint64_t count) {
  const Held held(codec.pieces(first, count), parts);
  std::vector<float> values(count * codec.columns());
  codec.decode(first, count, held.bytes, values);
  return values;
}

// Likewise columns, each as a row.
inline std::vector<float> columnsOf(const Codec& codec, const Data& parts, std::uint64_t first,
                                    std::uint64_t count) {
  const Held held(codec.columnPieces(first, count), parts);
  std::vector<float> values(count * codec.rows());
  codec.decodeColumns(first, count, held.bytes, values);
  return values;
}

inline void expectColumnsOf(const std::vector<float>& all, const Codec& codec, const Data& parts) {
  for (std::uint64_t c = 0; c < codec.columns(); ++c) {
    const std::uint64_t count = std::min<std::uint64_t>(3, codec.columns() - c);
    std::vector<float> wanted;
    for (std::uint64_t i = 0; i < count; ++i) {
      for (std::uint64_t r = 0; r < codec.rows(); ++r) {
        wanted.push_back(all[r * codec.columns() + c + i]);
      }
    }
    EXPECT_EQ(bytesOf(columnsOf(codec, parts, c, count)), bytesOf(wanted)) << "column " << c;
  }
}

// All rows at once, after making sure that one row at a time gives the same, and columns where they
// can be read.
inline std::vector<float> allRows(const Codec& codec, const Data& parts) {
  const std::vector<float> all = rowsOf(codec, parts, 0, codec.rows());
  if (!codec.columnPieces(0, 1).empty()) expectColumnsOf(all, codec, parts);
  for (std::uint64_t r = 0; r < codec.rows(); ++r) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(r * codec.columns());
    const std::vector<float> row(begin, begin + static_cast<std::ptrdiff_t>(codec.columns()));
    EXPECT_EQ(bytesOf(rowsOf(codec, parts, r, 1)), bytesOf(row)) << "row " << r;  // NaN is NaN
  }
  return all;
}

inline std::uint64_t cost(const Codec& codec, std::uint64_t first, std::uint64_t count) {
  std::uint64_t bytes = 0;
  for (const Piece& piece : codec.pieces(first, count)) bytes += piece.length;
  return bytes;
}

}  // namespace kindred::codecs
