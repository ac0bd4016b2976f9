// Codecs: how the numbers of one matrix are made of stored codes and of what stands beside them
// (scales, minima, zero points, code books).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kindred/dtype.hpp>

namespace kindred::codecs {

// A stored tensor that a codec reads.
struct Part {
  DType dtype = DType::U8;
  std::vector<std::uint64_t> shape;
};

// A run of bytes of one of a codec's parts.
struct Piece {
  std::size_t part = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

using Bytes = std::span<const std::byte>;

class Codec {
 public:
  virtual ~Codec() = default;
  // For people: "GPTQ, 4 bit, groups of 128".
  virtual std::string name() const = 0;
  virtual std::uint64_t rows() const = 0;
  virtual std::uint64_t columns() const = 0;
  // Whether minus the weights would be stored as minus the values, so that signs of rows are as
  // fair as those of the weights. Zero points and minima break that, up to rounding.
  virtual bool odd() const = 0;
  // What must be read for the rows [first, first + count); what they cost is the sum of lengths.
  virtual std::vector<Piece> pieces(std::uint64_t first, std::uint64_t count) const = 0;
  // The rows from the bytes of those pieces, row-major; values.size() is count * columns(). Rows
  // must lie inside the matrix. Codes that point outside their tables give NaN.
  virtual void decode(std::uint64_t first, std::uint64_t count, std::span<const Bytes> bytes,
                      std::span<float> values) const = 0;
  // The same for the columns [first, first + count) of all rows, where these are packed so that a
  // few columns cost less than a few rows; no pieces: they are not.
  virtual std::vector<Piece> columnPieces(std::uint64_t, std::uint64_t) const { return {}; }
  // As decode(), values in rows of one column each; only where there are such pieces.
  virtual void decodeColumns(std::uint64_t, std::uint64_t, std::span<const Bytes>,
                             std::span<float>) const {}
};

}  // namespace kindred::codecs
