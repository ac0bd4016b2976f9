// The parts of a decoder layer, each forward and backward. The forward pass keeps what the backward
// pass needs; the backward pass adds to the weights' gradients and returns the input's.
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/linear.hpp"

namespace kindred::trainer {

// gain . x / sqrt(mean x^2 + eps); centred, of x less its mean: LayerNorm without a bias
template <class T>
struct RmsNorm {
  bool centred = false;
  arma::Mat<T> input;
  std::vector<T> scale;  // one for each token

  arma::Mat<T> forward(const Matrix<T>& gain, const arma::Mat<T>& x, double eps);
  arma::Mat<T> backward(const Matrix<T>& gain, const arma::Mat<T>& d_output, Matrix<T>& d_gain);
};

// Causal attention with rotary positions; query heads share key-value heads in groups.
template <class T>
struct Attention {
  arma::Mat<T> input, q, k, v, mixed;
  std::vector<arma::Mat<T>> probabilities;  // of each sequence and head: key by query

  arma::Mat<T> forward(const Layer<T>& layer, const Shape& shape, const arma::Mat<T>& x,
                       std::size_t length);
  arma::Mat<T> backward(const Layer<T>& layer, const Shape& shape, const arma::Mat<T>& d_output,
                        std::size_t length, Layer<T>& d_layer);
};

// Without a gate where the weights have none.
template <class T>
struct GatedMlp {
  arma::Mat<T> input, gate, up, product;

  arma::Mat<T> forward(const Mlp<T>& mlp, const arma::Mat<T>& x);
  arma::Mat<T> backward(const Mlp<T>& mlp, const arma::Mat<T>& d_output, Mlp<T>& d_mlp);
};

// The MLP of a layer: one, or the best experts of each token weighted by the router, and the shared
// expert.
template <class T>
struct LayerMlp {
  struct Routed {
    arma::uvec tokens;
    std::vector<T> weights;
    GatedMlp<T> mlp;
    arma::Mat<T> output;
  };
  GatedMlp<T> always;  // dense or shared
  arma::Mat<T> input, scores;
  arma::Mat<T> chosen;  // 1 where an expert sees a token
  std::vector<Routed> routed;

  arma::Mat<T> forward(const Layer<T>& layer, const Shape& shape, const arma::Mat<T>& x);
  arma::Mat<T> backward(const Layer<T>& layer, const Shape& shape, const arma::Mat<T>& d_output,
                        Layer<T>& d_layer);

 private:
  void route(const Layer<T>& layer, const Shape& shape);
  arma::Mat<T> routerBackward(const Layer<T>& layer, const Shape& shape,
                              const arma::Mat<T>& d_weights, Layer<T>& d_layer);
};

}  // namespace kindred::trainer
