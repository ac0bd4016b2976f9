// Rows of length one, of which signs are tossed.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <kindred/model_weights.hpp>

namespace kindred::align {

using Row = std::span<const float>;

// The rows of a matrix, each of length one; what is zero or not finite becomes zero. Whatever turns
// with a row in exact numbers does so in single precision too.
struct UnitRows {
  explicit UnitRows(Matrix matrix);
  Row row(std::uint64_t r) const { return {values.data() + r * columns, columns}; }

  std::uint64_t columns, rows;
  std::vector<float> values;
};

// The first columns as rows, of so many numbers at most.
Matrix transposed(const Matrix& matrix, std::uint64_t most,
                  std::uint64_t width = std::numeric_limits<std::uint64_t>::max());

}  // namespace kindred::align
