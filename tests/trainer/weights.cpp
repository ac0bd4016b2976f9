#include "trainer/weights.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include <kindred/random.hpp>

namespace kindred::trainer {
namespace {

template <class T>
void addMlp(std::vector<Named<T>>& result, const std::string& prefix, Mlp<T>& mlp) {
  result.push_back({prefix + "gate_proj.weight", &mlp.gate});
  result.push_back({prefix + "up_proj.weight", &mlp.up});
  result.push_back({prefix + "down_proj.weight", &mlp.down});
}

template <class T>
void addLayer(std::vector<Named<T>>& result, const std::string& prefix, Layer<T>& layer) {
  result.push_back({prefix + "input_layernorm.weight", &layer.attention_norm});
  result.push_back({prefix + "self_attn.q_proj.weight", &layer.q});
  result.push_back({prefix + "self_attn.k_proj.weight", &layer.k});
  result.push_back({prefix + "self_attn.v_proj.weight", &layer.v});
  result.push_back({prefix + "self_attn.o_proj.weight", &layer.o});
  result.push_back({prefix + "self_attn.q_proj.bias", &layer.q_bias});
  result.push_back({prefix + "self_attn.k_proj.bias", &layer.k_bias});
  result.push_back({prefix + "self_attn.v_proj.bias", &layer.v_bias});
  result.push_back({prefix + "post_attention_layernorm.weight", &layer.mlp_norm});
  addMlp(result, prefix + "mlp.", layer.mlp);
  result.push_back({prefix + "mlp.gate.weight", &layer.router});
  addMlp(result, prefix + "mlp.shared_experts.", layer.shared);
  for (std::size_t e = 0; e < layer.experts.size(); ++e) {
    addMlp(result, prefix + "mlp.experts." + std::to_string(e) + ".", layer.experts[e]);
  }
}

// Draws one matrix after the other, so that each has numbers of its own.
class Start {
 public:
  explicit Start(std::uint64_t seed) : seed_(seed) {}

  template <class T>
  Matrix<T> linear(std::size_t outputs, std::size_t inputs) {
    const double deviation = 1 / std::sqrt(static_cast<double>(inputs));
    return normalMatrix<T>(outputs, inputs, deviation, Random(seed_ + ++drawn_)());
  }
  template <class T>
  Mlp<T> mlp(std::size_t units, std::size_t hidden, bool gated = true) {
    if (!gated) return {{}, linear<T>(units, hidden), linear<T>(hidden, units)};
    return {linear<T>(units, hidden), linear<T>(units, hidden), linear<T>(hidden, units)};
  }
  template <class T>
  Layer<T> layer(const Shape& shape, bool mixture) {
    Layer<T> layer;
    const std::size_t hidden = shape.hidden;
    layer.attention_norm = Matrix<T>(1, hidden, T(1));
    layer.q = linear<T>(shape.heads * shape.head_dim, hidden);
    layer.k = linear<T>(shape.kv_heads * shape.head_dim, hidden);
    layer.v = linear<T>(shape.kv_heads * shape.head_dim, hidden);
    layer.o = linear<T>(hidden, shape.heads * shape.head_dim);
    layer.mlp_norm = Matrix<T>(1, hidden, T(1));
    if (shape.biases) {
      layer.q_bias = Matrix<T>(1, shape.heads * shape.head_dim);
      layer.k_bias = Matrix<T>(1, shape.kv_heads * shape.head_dim);
      layer.v_bias = layer.k_bias;
    }
    if (!mixture) {
      layer.mlp = mlp<T>(shape.intermediate, hidden, !shape.plain);
      return layer;
    }
    layer.router = linear<T>(shape.experts, hidden);
    for (std::size_t e = 0; e < shape.experts; ++e) {
      layer.experts.push_back(mlp<T>(shape.expert_intermediate, hidden));
    }
    if (shape.shared_experts > 0) {
      layer.shared = mlp<T>(shape.shared_experts * shape.expert_intermediate, hidden);
    }
    return layer;
  }

 private:
  std::uint64_t seed_;
  std::uint64_t drawn_ = 0;
};

}  // namespace

template <class T>
std::vector<Named<T>> matrices(Weights<T>& weights) {
  std::vector<Named<T>> result{{"model.embed_tokens.weight", &weights.embedding}};
  for (std::size_t l = 0; l < weights.layers.size(); ++l) {
    addLayer(result, "model.layers." + std::to_string(l) + ".", weights.layers[l]);
  }
  result.push_back({"model.norm.weight", &weights.final_norm});
  result.push_back({"lm_head.weight", &weights.output});
  std::erase_if(result, [](const Named<T>& named) { return named.matrix->empty(); });
  return result;
}

template <class T>
std::vector<Mlp<T>*> mlpsOf(Layer<T>& layer) {
  std::vector<Mlp<T>*> result;
  if (!layer.mlp.up.empty()) result.push_back(&layer.mlp);
  if (!layer.shared.up.empty()) result.push_back(&layer.shared);
  for (Mlp<T>& expert : layer.experts) result.push_back(&expert);
  return result;
}

template <class T>
Matrix<T> normalMatrix(std::size_t rows, std::size_t columns, double deviation,
                       std::uint64_t seed) {
  Random random(seed);
  Matrix<T> matrix(rows, columns);
  for (T& value : matrix.values) {  // Box and Muller
    const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
    value = static_cast<T>(deviation * radius * std::cos(2 * std::numbers::pi * random.unit()));
  }
  return matrix;
}

template <class T>
Weights<T> initialise(const Shape& shape, std::vector<std::string> tokens, std::uint64_t seed) {
  Start start(Random{seed}());
  Weights<T> weights;
  weights.shape = shape;
  weights.tokens = std::move(tokens);
  weights.embedding = start.linear<T>(shape.vocabulary, shape.hidden);
  for (std::size_t l = 0; l < shape.layers; ++l) {
    weights.layers.push_back(start.layer<T>(shape, shape.mixture() && l >= shape.first_dense));
  }
  weights.final_norm = Matrix<T>(1, shape.hidden, T(1));
  weights.output = start.linear<T>(shape.vocabulary, shape.hidden);
  return weights;
}

template <class T>
Weights<T> zerosLike(const Weights<T>& weights) {
  Weights<T> zeros = weights;
  for (const Named<T>& named : matrices(zeros)) {
    std::fill(named.matrix->values.begin(), named.matrix->values.end(), T(0));
  }
  return zeros;
}

#define KINDRED_INSTANTIATE(T)                                                           \
  template std::vector<Named<T>> matrices(Weights<T>&);                                  \
  template std::vector<Mlp<T>*> mlpsOf(Layer<T>&);                                       \
  template Matrix<T> normalMatrix(std::size_t, std::size_t, double, std::uint64_t);      \
  template Weights<T> initialise(const Shape&, std::vector<std::string>, std::uint64_t); \
  template Weights<T> zerosLike(const Weights<T>&);
KINDRED_INSTANTIATE(float)
KINDRED_INSTANTIATE(double)
#undef KINDRED_INSTANTIATE

}  // namespace kindred::trainer
