#include "trainer/network.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "trainer/blocks.hpp"

namespace kindred::trainer {
namespace {

template <class T>
struct DecoderLayer {
  RmsNorm<T> attention_norm, mlp_norm;
  Attention<T> attention;
  LayerMlp<T> mlp;

  void forward(const Layer<T>& layer, const Shape& shape, std::size_t length, arma::Mat<T>& x) {
    attention_norm.centred = mlp_norm.centred = shape.plain;
    x += attention.forward(layer, shape,
                           attention_norm.forward(layer.attention_norm, x, shape.norm_eps), length);
    x += mlp.forward(layer, shape, mlp_norm.forward(layer.mlp_norm, x, shape.norm_eps));
  }
  void backward(const Layer<T>& layer, const Shape& shape, std::size_t length, arma::Mat<T>& d,
                Layer<T>& d_layer) {
    d +=
        mlp_norm.backward(layer.mlp_norm, mlp.backward(layer, shape, d, d_layer), d_layer.mlp_norm);
    d += attention_norm.backward(layer.attention_norm,
                                 attention.backward(layer, shape, d, length, d_layer),
                                 d_layer.attention_norm);
  }
};

template <class T>
arma::Mat<T> embed(const Matrix<T>& embedding, const Batch& batch) {
  arma::Mat<T> x(embedding.columns, batch.inputs.size());
  for (std::size_t t = 0; t < batch.inputs.size(); ++t) {
    std::copy_n(embedding.row(batch.inputs[t]), embedding.columns, x.colptr(t));
  }
  return x;
}

// Mean cross-entropy; the logits become its derivative.
template <class T>
double crossEntropy(arma::Mat<T>& logits, const std::vector<std::uint32_t>& targets) {
  double total = 0;
  const T share = T(1) / static_cast<T>(targets.size());
  for (arma::uword t = 0; t < logits.n_cols; ++t) {
    T* column = logits.colptr(t);
    const T largest = *std::max_element(column, column + logits.n_rows);
    T sum = 0;
    const T target = column[targets[t]] - largest;
    for (arma::uword i = 0; i < logits.n_rows; ++i) {
      column[i] = std::exp(column[i] - largest);
      sum += column[i];
    }
    total += static_cast<double>(std::log(sum) - target);
    for (arma::uword i = 0; i < logits.n_rows; ++i) column[i] = column[i] / sum * share;
    column[targets[t]] -= share;
  }
  return total / static_cast<double>(targets.size());
}

template <class T>
class Pass {
 public:
  Pass(const Weights<T>& weights, const Batch& batch) : weights_(weights), batch_(batch) {}

  double forward() {
    arma::Mat<T> x = embed(weights_.embedding, batch_);
    layers_.resize(weights_.layers.size());
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      layers_[l].forward(weights_.layers[l], weights_.shape, batch_.length, x);
    }
    final_norm_.centred = weights_.shape.plain;
    normed_ = final_norm_.forward(weights_.final_norm, x, weights_.shape.norm_eps);
    d_logits_ = apply(weights_.output, normed_);
    return crossEntropy(d_logits_, batch_.targets);
  }

  void backward(Weights<T>& gradient) {
    arma::Mat<T> d = final_norm_.backward(
        weights_.final_norm, applyBackward(weights_.output, normed_, d_logits_, gradient.output),
        gradient.final_norm);
    for (std::size_t l = layers_.size(); l-- > 0;) {
      layers_[l].backward(weights_.layers[l], weights_.shape, batch_.length, d, gradient.layers[l]);
    }
    for (std::size_t t = 0; t < batch_.inputs.size(); ++t) {
      T* row = gradient.embedding.row(batch_.inputs[t]);
      for (std::size_t c = 0; c < d.n_rows; ++c) row[c] += d(c, t);
    }
  }

 private:
  const Weights<T>& weights_;
  const Batch& batch_;
  std::vector<DecoderLayer<T>> layers_;
  RmsNorm<T> final_norm_;
  arma::Mat<T> normed_, d_logits_;
};

}  // namespace

template <class T>
double loss(const Weights<T>& weights, const Batch& batch) {
  return Pass<T>(weights, batch).forward();
}

template <class T>
double lossAndGradient(const Weights<T>& weights, const Batch& batch, Weights<T>& gradient) {
  for (const Named<T>& named : matrices(gradient)) {
    std::fill(named.matrix->values.begin(), named.matrix->values.end(), T(0));
  }
  Pass<T> pass(weights, batch);
  const double value = pass.forward();
  pass.backward(gradient);
  return value;
}

template double loss(const Weights<float>&, const Batch&);
template double loss(const Weights<double>&, const Batch&);
template double lossAndGradient(const Weights<float>&, const Batch&, Weights<float>&);
template double lossAndGradient(const Weights<double>&, const Batch&, Weights<double>&);

}  // namespace kindred::trainer
