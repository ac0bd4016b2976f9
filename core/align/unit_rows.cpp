#include "align/unit_rows.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kindred::align {

UnitRows::UnitRows(Matrix matrix)
    : columns(matrix.columns), rows(matrix.rows), values(std::move(matrix.values)) {
  for (std::uint64_t r = 0; r < rows; ++r) {
    const std::span<float> row(values.data() + r * columns, columns);
    double square = 0;
    for (const float x : row) square += double{x} * x;
    const double scale = std::isfinite(square) && square > 0 ? 1 / std::sqrt(square) : 0;
    for (float& x : row) x = scale == 0 ? 0 : static_cast<float>(x * scale);
  }
}

Matrix transposed(const Matrix& matrix, std::uint64_t most, std::uint64_t width) {
  Matrix turned{matrix.tensor, std::min(matrix.columns, most), std::min(matrix.rows, width), {}};
  turned.values.resize(turned.rows * turned.columns);
  for (std::uint64_t c = 0; c < turned.columns; ++c) {
    const float* row = matrix.values.data() + c * matrix.columns;
    for (std::uint64_t r = 0; r < turned.rows; ++r) {
      turned.values[r * turned.columns + c] = row[r];
    }
  }
  return turned;
}

}  // namespace kindred::align
