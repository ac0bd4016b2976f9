// Matrices as Armadillo sees them. A row-major matrix [outputs, inputs] is Armadillo's transposed:
// inputs by outputs. Activations have a column for each token.
#pragma once

#include <armadillo>

#include "trainer/weights.hpp"

namespace kindred::trainer {

// Shares the memory of `matrix`, which must outlive it.
template <class T>
const arma::Mat<T> view(const Matrix<T>& matrix) {
  return arma::Mat<T>(const_cast<T*>(matrix.values.data()), matrix.columns, matrix.rows, false,
                      true);
}
template <class T>
arma::Mat<T> view(Matrix<T>& matrix) {
  return arma::Mat<T>(matrix.values.data(), matrix.columns, matrix.rows, false, true);
}

template <class T>
arma::Mat<T> apply(const Matrix<T>& matrix, const arma::Mat<T>& input) {
  return view(matrix).t() * input;
}

// Adds to the gradient of `matrix`; the gradient of the input is returned.
template <class T>
arma::Mat<T> applyBackward(const Matrix<T>& matrix, const arma::Mat<T>& input,
                           const arma::Mat<T>& d_output, Matrix<T>& d_matrix) {
  arma::Mat<T> d = view(d_matrix);
  d += input * d_output.t();
  return view(matrix) * d_output;
}

}  // namespace kindred::trainer
