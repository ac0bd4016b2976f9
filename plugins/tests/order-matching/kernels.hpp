// A matrix or kernel, as rows and as columns that can be compared with another model's.
#pragma once

#include <armadillo>

#include <kindred/test.hpp>

namespace kindred::order_matching {

// Axes of length one are left out; of a kernel (outputs, inputs, taps...) the inputs are columns,
// and taps belong to both.
struct Kernel {
  explicit Kernel(const Matrix& matrix);

  std::uint64_t rows, columns, taps;
  arma::fcube values;  // taps, columns, rows

  // Means over rows and over columns taken out, so that what all rows or all columns have in common
  // (inputs that are never negative, the profile of a filter) matches nothing.
  void centre();
  // Recurrent and residual matrices map units onto themselves, and may be strong or weak on the
  // diagonal in any model. Where one axis is a multiple of the other, diagonals become zero.
  void clearDiagonals();

  // Unit vectors, one a column; at most `most` of them, spread over the axis.
  arma::fmat unitRows(std::uint64_t most) const;
  arma::fmat unitColumns(std::uint64_t most) const;
};

}  // namespace kindred::order_matching
