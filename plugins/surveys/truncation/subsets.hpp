// Is a small set of rows part of a larger one: its beginning, a run of it, or every n-th row?
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kindred {

// Similarities of rows i of the smaller matrix (those in `sampled`) with all rows of the larger,
// one after the other.
struct RowSimilarities {
  std::vector<std::size_t> sampled;
  std::size_t rows_small = 0, rows_large = 0;
  std::vector<double> values;  // sampled.size() * rows_large

  double at(std::size_t k, std::size_t row) const { return values[k * rows_large + row]; }
};

struct Subset {
  std::size_t offset = 0, stride = 1;
  double mean =
      0;  // similarity of row i with row offset + i * stride of the larger; NaN: undefined
};

Subset meanOf(const RowSimilarities& similarities, std::size_t offset, std::size_t stride);
// The best of all offsets and strides that stay inside the larger.
Subset bestSubset(const RowSimilarities& similarities);
// Mean similarity where row i meets a row drawn at random, no row twice.
double permuted(const RowSimilarities& similarities, std::uint64_t seed);

}  // namespace kindred
