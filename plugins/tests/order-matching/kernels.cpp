#include "kernels.hpp"

#include <algorithm>
#include <vector>

#include <kindred/analysis/linear/linear.hpp>

namespace kindred::order_matching {
namespace {

constexpr std::uint64_t kBlocks = 8;  // gates that a recurrent matrix stacks, at most

arma::fmat unit(arma::fmat vectors) {
  for (arma::uword i = 0; i < vectors.n_cols; ++i) {
    const double length = arma::norm(vectors.col(i));
    if (length > 0) {
      vectors.col(i) /= static_cast<float>(length);
    } else {
      vectors.col(i).zeros();
    }
  }
  return vectors;
}

// Of a kernel the second axis; of a matrix all columns.
std::uint64_t inputsOf(const Matrix& matrix) {
  std::vector<std::uint64_t> shape;
  if (matrix.tensor != nullptr) shape = matrix.tensor->shape;
  std::erase(shape, 1u);
  return std::max<std::uint64_t>(1, shape.size() > 2 ? shape[1] : matrix.columns);
}

}  // namespace

Kernel::Kernel(const Matrix& matrix)
    : rows(matrix.rows), columns(inputsOf(matrix)), taps(matrix.columns / columns) {
  values.set_size(taps, columns, rows);
  std::copy(matrix.values.begin(), matrix.values.end(), values.begin());
}

void Kernel::centre() {
  arma::fmat over_rows(taps, columns);
  for (arma::uword r = 0; r < rows; ++r) {
    values.slice(r).each_col() -= arma::fcolvec(arma::mean(values.slice(r), 1));
    over_rows += values.slice(r);
  }
  over_rows /= static_cast<float>(rows);
  values.each_slice() -= over_rows;
}

void Kernel::clearDiagonals() {
  const std::uint64_t smaller = std::min(rows, columns), larger = std::max(rows, columns);
  if (larger % smaller != 0 || larger / smaller > kBlocks) return;
  for (arma::uword r = 0; r < rows; ++r) {
    for (arma::uword c = r % smaller; c < columns; c += smaller) values.slice(r).col(c).zeros();
  }
}

arma::fmat Kernel::unitRows(std::uint64_t most) const {
  const arma::uvec chosen = linear::spread(rows, most);
  arma::fmat vectors(taps * columns, chosen.n_elem);
  for (arma::uword i = 0; i < chosen.n_elem; ++i) {
    vectors.col(i) = arma::vectorise(values.slice(chosen[i]));
  }
  return unit(std::move(vectors));
}

arma::fmat Kernel::unitColumns(std::uint64_t most) const {
  const arma::uvec chosen = linear::spread(columns, most);
  arma::fmat vectors(taps * rows, chosen.n_elem);
  for (arma::uword i = 0; i < chosen.n_elem; ++i) {
    for (arma::uword r = 0; r < rows; ++r) {
      vectors.submat(r * taps, i, (r + 1) * taps - 1, i) = values.slice(r).col(chosen[i]);
    }
  }
  return unit(std::move(vectors));
}

}  // namespace kindred::order_matching
