#include <cmath>

#include "trainer/blocks.hpp"

namespace kindred::trainer {
namespace {

// Turns the rotary pairs (j, j + rotary/2) of each head by position times frequency; `direction` -1
// turns back.
template <class T>
void rotate(arma::Mat<T>& x, const Shape& shape, std::size_t length, T direction) {
  const std::size_t half = shape.rotary_dim / 2;
  std::vector<T> cosines(half * length), sines(half * length);
  for (std::size_t p = 0; p < length; ++p) {
    for (std::size_t j = 0; j < half; ++j) {
      const double angle =
          static_cast<double>(p) *
          std::pow(shape.rope_theta, -static_cast<double>(j) / static_cast<double>(half));
      cosines[p * half + j] = static_cast<T>(std::cos(angle));
      sines[p * half + j] = direction * static_cast<T>(std::sin(angle));
    }
  }
  for (arma::uword t = 0; t < x.n_cols; ++t) {
    const std::size_t at = t % length * half;
    for (std::size_t head = 0; head < x.n_rows; head += shape.head_dim) {
      T* first = x.colptr(t) + head;
      T* second = first + half;
      for (std::size_t j = 0; j < half; ++j) {
        const T a = first[j], b = second[j], c = cosines[at + j], s = sines[at + j];
        first[j] = a * c - b * s;
        second[j] = b * c + a * s;
      }
    }
  }
}

// Softmax over the keys up to each query; zero beyond.
template <class T>
void causalSoftmax(arma::Mat<T>& scores, T factor) {
  for (arma::uword query = 0; query < scores.n_cols; ++query) {
    T* column = scores.colptr(query);
    T largest = column[0] * factor;
    for (arma::uword key = 0; key <= query; ++key) {
      column[key] *= factor;
      largest = std::max(largest, column[key]);
    }
    T sum = 0;
    for (arma::uword key = 0; key <= query; ++key) {
      column[key] = std::exp(column[key] - largest);
      sum += column[key];
    }
    for (arma::uword key = 0; key <= query; ++key) column[key] /= sum;
    for (arma::uword key = query + 1; key < scores.n_rows; ++key) column[key] = 0;
  }
}

// d_scores = P . (dP - sum over keys of P . dP), in place of dP.
template <class T>
void softmaxBackward(const arma::Mat<T>& probabilities, arma::Mat<T>& d, T factor) {
  for (arma::uword query = 0; query < d.n_cols; ++query) {
    const T* p = probabilities.colptr(query);
    T* column = d.colptr(query);
    T sum = 0;
    for (arma::uword key = 0; key <= query; ++key) sum += p[key] * column[key];
    for (arma::uword key = 0; key < d.n_rows; ++key) {
      column[key] = factor * p[key] * (column[key] - sum);
    }
  }
}

// Calls f(index, rows of the query head, rows of its key-value head, columns) for each sequence and
// head.
template <class F>
void eachHead(const Shape& shape, std::size_t tokens, std::size_t length, F f) {
  const std::size_t group = shape.heads / shape.kv_heads;
  std::size_t index = 0;
  for (std::size_t begin = 0; begin < tokens; begin += length) {
    const arma::span columns(begin, begin + length - 1);
    for (std::size_t h = 0; h < shape.heads; ++h, ++index) {
      const std::size_t q = h * shape.head_dim, kv = h / group * shape.head_dim;
      f(index, arma::span(q, q + shape.head_dim - 1), arma::span(kv, kv + shape.head_dim - 1),
        columns);
    }
  }
}

template <class T>
void addBias(const Matrix<T>& bias, arma::Mat<T>& x) {
  if (!bias.empty()) x.each_col() += arma::Col<T>(bias.values);
}

template <class T>
void biasBackward(const arma::Mat<T>& d, Matrix<T>& d_bias) {
  if (d_bias.empty()) return;
  const arma::Col<T> sums = arma::sum(d, 1);
  for (std::size_t i = 0; i < d_bias.columns; ++i) d_bias.values[i] += sums[i];
}

template <class T>
T scoreFactor(const Shape& shape) {
  return static_cast<T>(1 / std::sqrt(static_cast<double>(shape.head_dim)));
}

}  // namespace

template <class T>
arma::Mat<T> Attention<T>::forward(const Layer<T>& layer, const Shape& shape, const arma::Mat<T>& x,
                                   std::size_t length) {
  input = x;
  q = apply(layer.q, x);
  k = apply(layer.k, x);
  v = apply(layer.v, x);
  addBias(layer.q_bias, q);
  addBias(layer.k_bias, k);
  addBias(layer.v_bias, v);
  rotate(q, shape, length, T(1));
  rotate(k, shape, length, T(1));
  mixed.set_size(q.n_rows, q.n_cols);
  probabilities.resize(x.n_cols / length * shape.heads);
  eachHead(shape, x.n_cols, length, [&](std::size_t i, auto head, auto kv, auto columns) {
    arma::Mat<T>& p = probabilities[i];
    p = k(kv, columns).t() * q(head, columns);
    causalSoftmax(p, scoreFactor<T>(shape));
    mixed(head, columns) = v(kv, columns) * p;
  });
  return apply(layer.o, mixed);
}

template <class T>
arma::Mat<T> Attention<T>::backward(const Layer<T>& layer, const Shape& shape,
                                    const arma::Mat<T>& d_output, std::size_t length,
                                    Layer<T>& d_layer) {
  const arma::Mat<T> d_mixed = applyBackward(layer.o, mixed, d_output, d_layer.o);
  arma::Mat<T> dq(arma::size(q)), dk(arma::size(k), arma::fill::zeros),
      dv(arma::size(v), arma::fill::zeros);
  eachHead(shape, input.n_cols, length, [&](std::size_t i, auto head, auto kv, auto columns) {
    const arma::Mat<T> d_out = d_mixed(head, columns);
    dv(kv, columns) += d_out * probabilities[i].t();
    arma::Mat<T> d_scores = v(kv, columns).t() * d_out;
    softmaxBackward(probabilities[i], d_scores, scoreFactor<T>(shape));
    dq(head, columns) = k(kv, columns) * d_scores;
    dk(kv, columns) += q(head, columns) * d_scores.t();
  });
  rotate(dq, shape, length, T(-1));
  rotate(dk, shape, length, T(-1));
  biasBackward(dq, d_layer.q_bias);
  biasBackward(dk, d_layer.k_bias);
  biasBackward(dv, d_layer.v_bias);
  arma::Mat<T> d_input = applyBackward(layer.q, input, dq, d_layer.q);
  d_input += applyBackward(layer.k, input, dk, d_layer.k);
  d_input += applyBackward(layer.v, input, dv, d_layer.v);
  return d_input;
}

template struct Attention<float>;
template struct Attention<double>;

}  // namespace kindred::trainer
