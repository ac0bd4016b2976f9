#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "trainer/blocks.hpp"

namespace kindred::trainer {
namespace {

template <class T>
T sigmoid(T x) {
  return 1 / (1 + std::exp(-x));
}

}  // namespace

template <class T>
arma::Mat<T> GatedMlp<T>::forward(const Mlp<T>& mlp, const arma::Mat<T>& x) {
  input = x;
  up = apply(mlp.up, x);
  if (mlp.gate.empty()) {
    product = arma::square(arma::clamp(up, T(0), std::numeric_limits<T>::max()));
    return apply(mlp.down, product);
  }
  gate = apply(mlp.gate, x);
  product.set_size(arma::size(up));
  for (arma::uword i = 0; i < product.n_elem; ++i) {
    product[i] = gate[i] * sigmoid(gate[i]) * up[i];
  }
  return apply(mlp.down, product);
}

template <class T>
arma::Mat<T> GatedMlp<T>::backward(const Mlp<T>& mlp, const arma::Mat<T>& d_output, Mlp<T>& d_mlp) {
  arma::Mat<T> d_gate = applyBackward(mlp.down, product, d_output, d_mlp.down);
  arma::Mat<T> d_up(arma::size(d_gate));
  if (mlp.gate.empty()) {
    for (arma::uword i = 0; i < d_up.n_elem; ++i) d_up[i] = 2 * std::max(up[i], T(0)) * d_gate[i];
    return applyBackward(mlp.up, input, d_up, d_mlp.up);
  }
  for (arma::uword i = 0; i < d_gate.n_elem; ++i) {
    const T g = gate[i], s = sigmoid(g), d = d_gate[i];
    d_up[i] = d * (g * s);
    d_gate[i] = d * up[i] * (s + g * s * (1 - s));
  }
  arma::Mat<T> d_input = applyBackward(mlp.gate, input, d_gate, d_mlp.gate);
  d_input += applyBackward(mlp.up, input, d_up, d_mlp.up);
  return d_input;
}

// The best experts of each token. Their scores are exponentials or sigmoids of the router's logits,
// divided by their sum.
template <class T>
void LayerMlp<T>::route(const Layer<T>& layer, const Shape& shape) {
  scores = apply(layer.router, input);
  chosen.zeros(arma::size(scores));
  std::vector<arma::uword> order(scores.n_rows);
  std::vector<std::vector<arma::uword>> tokens(scores.n_rows);
  routed.assign(scores.n_rows, {});
  for (arma::uword t = 0; t < scores.n_cols; ++t) {
    T* logits = scores.colptr(t);
    std::iota(order.begin(), order.end(), 0);
    const auto better = [&](arma::uword a, arma::uword b) {
      return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
    };
    std::sort(order.begin(), order.end(), better);
    const T largest = logits[order[0]];
    for (arma::uword e = 0; e < scores.n_rows; ++e) {
      logits[e] =
          shape.router == Router::softmax ? std::exp(logits[e] - largest) : sigmoid(logits[e]);
    }
    T sum = 0;
    for (std::size_t i = 0; i < shape.experts_per_token; ++i) sum += logits[order[i]];
    for (std::size_t i = 0; i < shape.experts_per_token; ++i) {
      const arma::uword e = order[i];
      chosen(e, t) = 1;
      tokens[e].push_back(t);
      routed[e].weights.push_back(logits[e] / sum);
    }
  }
  for (std::size_t e = 0; e < routed.size(); ++e) routed[e].tokens = arma::uvec(tokens[e]);
}

template <class T>
arma::Mat<T> LayerMlp<T>::forward(const Layer<T>& layer, const Shape& shape,
                                  const arma::Mat<T>& x) {
  if (!layer.mixture()) return always.forward(layer.mlp, x);
  input = x;
  route(layer, shape);
  arma::Mat<T> y(arma::size(x), arma::fill::zeros);
  if (!layer.shared.up.empty()) y = always.forward(layer.shared, x);
  for (std::size_t e = 0; e < routed.size(); ++e) {
    Routed& r = routed[e];
    if (r.tokens.empty()) continue;
    const arma::Mat<T> mine = x.cols(r.tokens);
    r.output = r.mlp.forward(layer.experts[e], mine);
    for (arma::uword i = 0; i < r.tokens.n_elem; ++i) {
      y.col(r.tokens[i]) += r.weights[i] * r.output.col(i);
    }
  }
  return y;
}

// The weight of expert e is s_e / S, S the sum of the chosen scores:
// d s_e = (d w_e - sum over chosen of w d w) / S.
template <class T>
arma::Mat<T> LayerMlp<T>::routerBackward(const Layer<T>& layer, const Shape& shape,
                                         const arma::Mat<T>& d_weights, Layer<T>& d_layer) {
  arma::Mat<T> d_logits(arma::size(scores), arma::fill::zeros);
  for (arma::uword t = 0; t < scores.n_cols; ++t) {
    T sum = 0, mean = 0;
    for (arma::uword e = 0; e < scores.n_rows; ++e) sum += chosen(e, t) * scores(e, t);
    for (arma::uword e = 0; e < scores.n_rows; ++e) {
      mean += chosen(e, t) * scores(e, t) / sum * d_weights(e, t);
    }
    for (arma::uword e = 0; e < scores.n_rows; ++e) {
      if (chosen(e, t) == 0) continue;
      const T s = scores(e, t);
      const T slope = shape.router == Router::softmax ? s : s * (1 - s);
      d_logits(e, t) = (d_weights(e, t) - mean) / sum * slope;
    }
  }
  return applyBackward(layer.router, input, d_logits, d_layer.router);
}

template <class T>
arma::Mat<T> LayerMlp<T>::backward(const Layer<T>& layer, const Shape& shape,
                                   const arma::Mat<T>& d_output, Layer<T>& d_layer) {
  if (!layer.mixture()) return always.backward(layer.mlp, d_output, d_layer.mlp);
  arma::Mat<T> d_input(arma::size(input), arma::fill::zeros);
  if (!layer.shared.up.empty()) d_input = always.backward(layer.shared, d_output, d_layer.shared);
  arma::Mat<T> d_weights(arma::size(scores), arma::fill::zeros);
  for (std::size_t e = 0; e < routed.size(); ++e) {
    Routed& r = routed[e];
    if (r.tokens.empty()) continue;
    arma::Mat<T> d_mine = d_output.cols(r.tokens);
    for (arma::uword i = 0; i < r.tokens.n_elem; ++i) {
      d_weights(e, r.tokens[i]) = arma::dot(d_mine.col(i), r.output.col(i));
      d_mine.col(i) *= r.weights[i];
    }
    d_input.cols(r.tokens) += r.mlp.backward(layer.experts[e], d_mine, d_layer.experts[e]);
  }
  d_input += routerBackward(layer, shape, d_weights, d_layer);
  return d_input;
}

template struct GatedMlp<float>;
template struct GatedMlp<double>;
template struct LayerMlp<float>;
template struct LayerMlp<double>;

}  // namespace kindred::trainer
