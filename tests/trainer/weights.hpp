// Small decoder language models in memory: their shape, their weights under the names that the Hub
// uses, and how they begin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kindred::trainer {

enum class Router { softmax, sigmoid };  // scores of experts, before the best are normalised

struct Shape {
  std::size_t hidden = 64, layers = 3, heads = 4, kv_heads = 2, head_dim = 16, rotary_dim = 16;
  std::size_t intermediate = 128, vocabulary = 192;
  // A mixture of experts from layer `first_dense` on, where experts > 0.
  std::size_t experts = 0, experts_per_token = 2, expert_intermediate = 0, shared_experts = 0;
  std::size_t first_dense = 0;
  Router router = Router::sigmoid;
  bool plain = false;   // LayerNorm, and dense MLPs without a gate, of squared ReLU: as Nemotron
  bool biases = false;  // of queries, keys and values: as Qwen 2
  double rope_theta = 10000, norm_eps = 1e-5;

  bool mixture() const { return experts > 0; }
};

// Row-major, as safetensors files hold matrices: [outputs, inputs]. A vector has one row.
template <class T>
struct Matrix {
  std::size_t rows = 0, columns = 0;
  std::vector<T> values;

  Matrix() = default;
  Matrix(std::size_t row_count, std::size_t column_count, T value = 0)
      : rows(row_count), columns(column_count), values(row_count * column_count, value) {}
  T* row(std::size_t i) { return values.data() + i * columns; }
  const T* row(std::size_t i) const { return values.data() + i * columns; }
  T& operator()(std::size_t i, std::size_t j) { return values[i * columns + j]; }
  T operator()(std::size_t i, std::size_t j) const { return values[i * columns + j]; }
  bool empty() const { return values.empty(); }
};

// down * (silu(gate * x) . (up * x)); without a gate down * relu(up * x)^2
template <class T>
struct Mlp {
  Matrix<T> gate, up, down;
};

template <class T>
struct Layer {
  Matrix<T> attention_norm, q, k, v, o, mlp_norm;
  Matrix<T> q_bias, k_bias, v_bias;  // may be empty
  Mlp<T> mlp;                        // empty in a layer of experts
  Matrix<T> router;                  // empty in a dense layer
  std::vector<Mlp<T>> experts;       // routed
  Mlp<T> shared;                     // sees every token; may be empty

  bool mixture() const { return !router.empty(); }
};

template <class T>
struct Weights {
  Shape shape;
  std::vector<std::string> tokens;  // what each embedding row stands for
  Matrix<T> embedding;
  std::vector<Layer<T>> layers;
  Matrix<T> final_norm, output;
};

template <class T>
struct Named {
  std::string name;  // "model.layers.0.mlp.up_proj.weight"
  Matrix<T>* matrix;
};

// Every matrix that there is, always in the same order; the pointers live as long as the weights.
template <class T>
std::vector<Named<T>> matrices(Weights<T>& weights);
// The gated MLPs of a layer: dense, or shared and routed experts.
template <class T>
std::vector<Mlp<T>*> mlpsOf(Layer<T>& layer);

// Normal numbers of variance 1 / inputs; gains are ones. Equal seeds give equal bits.
template <class T>
Weights<T> initialise(const Shape& shape, std::vector<std::string> tokens, std::uint64_t seed);
// A matrix as initialise() draws it.
template <class T>
Matrix<T> normalMatrix(std::size_t rows, std::size_t columns, double deviation, std::uint64_t seed);
// The same matrices, all zero.
template <class T>
Weights<T> zerosLike(const Weights<T>& weights);

}  // namespace kindred::trainer
