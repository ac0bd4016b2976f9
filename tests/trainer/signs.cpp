#include "trainer/signs.hpp"

#include <span>

#include <kindred/random.hpp>

#include "trainer/edits.hpp"

namespace kindred::trainer {
namespace {

template <class T>
std::vector<T> coins(std::size_t count, Random& random) {
  std::vector<T> signs(count);
  for (T& sign : signs) sign = (random() >> 63) != 0 ? T(-1) : T(1);
  return signs;
}

// The key-value rows' signs, repeated for each query head of their group.
template <class T>
std::vector<T> overGroups(const std::vector<T>& of_kv, const Shape& shape) {
  const std::size_t group = shape.heads / shape.kv_heads;
  std::vector<T> result;
  for (std::size_t h = 0; h < shape.heads; ++h) {
    for (std::size_t i = 0; i < shape.head_dim; ++i) {
      result.push_back(of_kv[h / group * shape.head_dim + i]);
    }
  }
  return result;
}

template <class T>
void joinRotaryPairs(std::vector<T>& keys, const Shape& shape) {
  const std::size_t half = shape.rotary_dim / 2;
  for (std::size_t head = 0; head < keys.size(); head += shape.head_dim) {
    for (std::size_t j = 0; j < half; ++j) keys[head + half + j] = keys[head + j];
  }
}

template <class T>
void applyToLayer(Layer<T>& layer, const Shape& shape, const typename Signs<T>::OfLayer& signs) {
  const auto rows = [](Matrix<T>& matrix, const std::vector<T>& factors) {
    if (!factors.empty()) scaleRows<T>(matrix, factors);
  };
  const std::vector<Mlp<T>*> mlps = mlpsOf(layer);
  for (std::size_t i = 0; i < signs.units.size(); ++i) {
    scaleRows<T>(mlps[i]->up, signs.units[i]);
    scaleColumns<T>(mlps[i]->down, signs.units[i]);
  }
  rows(layer.k, signs.keys);
  if (!signs.keys.empty()) rows(layer.q, overGroups(signs.keys, shape));
  rows(layer.v, signs.values);
  if (!signs.values.empty()) scaleColumns<T>(layer.o, overGroups(signs.values, shape));
}

}  // namespace

template <class T>
Signs<T> drawSigns(Weights<T>& weights, std::uint64_t seed, SignGauge gauges) {
  const auto wanted = [&](SignGauge gauge) {
    return (static_cast<unsigned>(gauges) & static_cast<unsigned>(gauge)) != 0;
  };
  Random random(seed);
  Signs<T> signs;
  for (Layer<T>& layer : weights.layers) {
    typename Signs<T>::OfLayer of_layer;
    if (wanted(SignGauge::units)) {
      for (const Mlp<T>* mlp : mlpsOf(layer))
        of_layer.units.push_back(coins<T>(mlp->up.rows, random));
    }
    if (wanted(SignGauge::values)) of_layer.values = coins<T>(layer.v.rows, random);
    if (wanted(SignGauge::keys)) {
      of_layer.keys = coins<T>(layer.k.rows, random);
      joinRotaryPairs(of_layer.keys, weights.shape);
    }
    signs.layers.push_back(std::move(of_layer));
  }
  if (wanted(SignGauge::residual)) signs.residual = coins<T>(weights.shape.hidden, random);
  return signs;
}

template <class T>
void applySigns(Weights<T>& weights, const Signs<T>& signs) {
  for (std::size_t l = 0; l < signs.layers.size(); ++l) {
    applyToLayer(weights.layers[l], weights.shape, signs.layers[l]);
  }
  if (signs.residual.empty()) return;
  const ResidualAxis<T> axis = residualAxis(weights);
  for (Matrix<T>* matrix : axis.columns) scaleColumns<T>(*matrix, signs.residual);
  for (Matrix<T>* matrix : axis.rows) scaleRows<T>(*matrix, signs.residual);
}

template Signs<float> drawSigns(Weights<float>&, std::uint64_t, SignGauge);
template Signs<double> drawSigns(Weights<double>&, std::uint64_t, SignGauge);
template void applySigns(Weights<float>&, const Signs<float>&);
template void applySigns(Weights<double>&, const Signs<double>&);

}  // namespace kindred::trainer
