// Rows of a matrix that are read as one run, whatever their numbers are made of: for numbers that
// are made of other numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/checkpoint.hpp"

namespace kindred::models {

// Of a tensor of this shape; a vector, or one number, is one row.
inline std::uint64_t rowsOf(std::span<const std::uint64_t> shape) {
  return shape.size() < 2 ? 1 : shape.front();
}

class MatrixRows {
 public:
  using Bytes = std::span<const std::byte>;

  // Numbers from element `first` of a tensor on, which begins at `offset` in the shard; `rows` rows
  // of `columns` elements, all of which lie inside it, of a dtype of whole bytes that float holds.
  MatrixRows(const Shard& shard, DType dtype, std::uint64_t offset, std::uint64_t rows,
             std::uint64_t columns);
  // Of a view that is a run. A vector is one row.
  explicit MatrixRows(const View& view);
  // Whether a view is one, of such a dtype.
  static bool fits(const View& view);

  std::uint64_t rows() const { return rows_; }
  std::uint64_t columns() const { return columns_; }
  const Shard& shard() const { return *shard_; }
  // Adds what is read of real files for the rows [first, first + count).
  void addStored(std::uint64_t first, std::uint64_t count, std::vector<ByteRange>& ranges) const;
  // The numbers of these rows, of the bytes at the front of `stored`, which are taken off.
  std::vector<float> take(std::uint64_t first, std::uint64_t count,
                          std::span<const Bytes>& stored) const;

 private:
  ByteRange range(std::uint64_t first, std::uint64_t count) const;

  const Shard* shard_;
  DType dtype_;
  std::uint64_t offset_, rows_, columns_;
};

}  // namespace kindred::models
