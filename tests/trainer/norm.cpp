#include <cmath>

#include "trainer/blocks.hpp"

namespace kindred::trainer {

template <class T>
arma::Mat<T> RmsNorm<T>::forward(const Matrix<T>& gain, const arma::Mat<T>& x, double eps) {
  input = x;
  if (centred) input.each_row() -= arma::mean(input, 0);
  scale.resize(x.n_cols);
  arma::Mat<T> y(x.n_rows, x.n_cols);
  for (arma::uword t = 0; t < x.n_cols; ++t) {
    const T* in = input.colptr(t);
    T squares = 0;
    for (arma::uword c = 0; c < x.n_rows; ++c) squares += in[c] * in[c];
    scale[t] = 1 / std::sqrt(squares / static_cast<T>(x.n_rows) + static_cast<T>(eps));
    T* out = y.colptr(t);
    for (arma::uword c = 0; c < x.n_rows; ++c) out[c] = gain.values[c] * in[c] * scale[t];
  }
  return y;
}

// With s the scale and n the width: dx = s (gain . dy) - x s^3 / n <gain . dy, x>.
template <class T>
arma::Mat<T> RmsNorm<T>::backward(const Matrix<T>& gain, const arma::Mat<T>& d_output,
                                  Matrix<T>& d_gain) {
  arma::Mat<T> d_input(input.n_rows, input.n_cols);
  for (arma::uword t = 0; t < input.n_cols; ++t) {
    const T* x = input.colptr(t);
    const T* dy = d_output.colptr(t);
    const T s = scale[t];
    T product = 0;
    for (arma::uword c = 0; c < input.n_rows; ++c) {
      d_gain.values[c] += dy[c] * x[c] * s;
      product += gain.values[c] * dy[c] * x[c];
    }
    const T shrink = s * s * s / static_cast<T>(input.n_rows) * product;
    T* dx = d_input.colptr(t);
    for (arma::uword c = 0; c < input.n_rows; ++c) {
      dx[c] = s * gain.values[c] * dy[c] - shrink * x[c];
    }
  }
  if (centred) d_input.each_row() -= arma::mean(d_input, 0);
  return d_input;
}

template struct RmsNorm<float>;
template struct RmsNorm<double>;

}  // namespace kindred::trainer
