#include "trainer/restructure.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "trainer/edits.hpp"

namespace kindred::trainer {
namespace {

double squares(const float* values, std::size_t count, std::size_t stride) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += static_cast<double>(values[i * stride]) * values[i * stride];
  }
  return sum;
}

// Units by falling size of up row and down column.
std::vector<std::size_t> unitsBySize(const Mlp<float>& mlp) {
  std::vector<double> size(mlp.up.rows);
  for (std::size_t i = 0; i < size.size(); ++i) {
    size[i] = squares(mlp.up.row(i), mlp.up.columns, 1) *
              squares(mlp.down.values.data() + i, mlp.down.rows, mlp.down.columns);
  }
  std::vector<std::size_t> order(size.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return size[a] > size[b]; });
  return order;
}

void appendRows(Matrix<float>& matrix, const Matrix<float>& more) {
  matrix.values.insert(matrix.values.end(), more.values.begin(), more.values.end());
  matrix.rows += more.rows;
}

void appendColumns(Matrix<float>& matrix, const Matrix<float>& more) {
  Matrix<float> result(matrix.rows, matrix.columns + more.columns);
  for (std::size_t i = 0; i < matrix.rows; ++i) {
    std::copy_n(matrix.row(i), matrix.columns, result.row(i));
    std::copy_n(more.row(i), more.columns, result.row(i) + matrix.columns);
  }
  matrix = std::move(result);
}

std::size_t scaled(std::size_t count, double share) {
  return static_cast<std::size_t>(std::lround(static_cast<double>(count) * share));
}

// The shape's numbers of units, from the matrices.
void countUnits(Weights<float>& weights) {
  for (Layer<float>& layer : weights.layers) {
    if (layer.mixture()) {
      weights.shape.expert_intermediate = layer.experts[0].up.rows;
    } else {
      weights.shape.intermediate = layer.mlp.up.rows;
    }
  }
}

std::vector<std::size_t> repeated(std::size_t count, std::size_t times) {
  std::vector<std::size_t> order(count * times);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i % count;
  return order;
}

// Coordinate i of the residual stream becomes coordinate order[i].
void takeResidual(Weights<float>& weights, std::span<const std::size_t> order) {
  const ResidualAxis<float> axis = residualAxis(weights);
  for (Matrix<float>* reader : axis.columns) takeColumns<float>(*reader, order);
  for (Matrix<float>* gains : axis.gains) takeColumns<float>(*gains, order);
  for (Matrix<float>* writer : axis.rows) takeRows<float>(*writer, order);
}

}  // namespace

void takeLayers(Weights<float>& weights, std::span<const std::size_t> order) {
  std::vector<Layer<float>> layers;
  for (const std::size_t l : order) layers.push_back(weights.layers[l]);
  weights.layers = std::move(layers);
  weights.shape.layers = order.size();
}

void pruneUnits(Weights<float>& weights, double share) {
  for (Layer<float>& layer : weights.layers) {
    for (Mlp<float>* mlp : mlpsOf(layer)) {
      std::vector<std::size_t> kept = unitsBySize(*mlp);
      kept.resize(scaled(kept.size(), share));
      std::sort(kept.begin(), kept.end());
      takeRows<float>(mlp->gate, kept);
      takeRows<float>(mlp->up, kept);
      takeColumns<float>(mlp->down, kept);
    }
  }
  countUnits(weights);
}

void widenMlps(Weights<float>& weights, double share, std::uint64_t seed) {
  const std::size_t hidden = weights.shape.hidden;
  const double deviation = 1 / std::sqrt(static_cast<double>(hidden));
  for (Layer<float>& layer : weights.layers) {
    for (Mlp<float>* mlp : mlpsOf(layer)) {
      const std::size_t units = scaled(mlp->up.rows, share);
      appendRows(mlp->gate, normalMatrix<float>(units, hidden, deviation, ++seed));
      appendRows(mlp->up, normalMatrix<float>(units, hidden, deviation, ++seed));
      appendColumns(mlp->down, normalMatrix<float>(hidden, units, deviation / 10, ++seed));
    }
  }
  countUnits(weights);
}

void cloneUnits(Weights<float>& weights, std::size_t times) {
  for (Layer<float>& layer : weights.layers) {
    for (Mlp<float>* mlp : mlpsOf(layer)) {
      const std::vector<std::size_t> order = repeated(mlp->up.rows, times);
      takeRows<float>(mlp->gate, order);
      takeRows<float>(mlp->up, order);
      takeColumns<float>(mlp->down, order);
      for (float& x : mlp->down.values) x /= static_cast<float>(times);
    }
  }
  countUnits(weights);
}

void cloneWidth(Weights<float>& weights, std::size_t times) {
  const std::vector<std::size_t> order = repeated(weights.shape.hidden, times);
  takeResidual(weights, order);
  for (Matrix<float>* reader : residualAxis(weights).columns) {
    if (reader == &weights.embedding) continue;
    for (float& x : reader->values) x /= static_cast<float>(times);
  }
  weights.shape.hidden *= times;
}

void sortUnits(Weights<float>& weights) {
  for (Layer<float>& layer : weights.layers) {
    for (Mlp<float>* mlp : mlpsOf(layer)) {
      const std::vector<std::size_t> order = unitsBySize(*mlp);
      takeRows<float>(mlp->gate, order);
      takeRows<float>(mlp->up, order);
      takeColumns<float>(mlp->down, order);
    }
  }
}

void sortResidual(Weights<float>& weights) {
  std::vector<double> size(weights.shape.hidden);
  for (std::size_t c = 0; c < size.size(); ++c) {
    for (const Matrix<float>* gains : residualAxis(weights).gains) {
      size[c] += squares(gains->values.data() + c, 1, 1);
    }
  }
  std::vector<std::size_t> order(size.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return size[a] > size[b]; });
  takeResidual(weights, order);
}

void upcycle(Weights<float>& weights, std::size_t experts, std::uint64_t seed) {
  Shape& shape = weights.shape;
  const double deviation = 1 / std::sqrt(static_cast<double>(shape.hidden));
  for (Layer<float>& layer : weights.layers) {
    layer.experts.assign(experts, layer.mlp);
    layer.mlp = {};
    layer.router = normalMatrix<float>(experts, shape.hidden, deviation, ++seed);
  }
  shape.experts = experts;
  shape.experts_per_token = 2;
  shape.shared_experts = 0;
  shape.first_dense = 0;
  countUnits(weights);
}

void dropExperts(Weights<float>& weights, std::size_t keep) {
  for (Layer<float>& layer : weights.layers) {
    if (!layer.mixture()) continue;
    layer.experts.resize(keep);
    layer.router.rows = keep;
    layer.router.values.resize(keep * layer.router.columns);
  }
  weights.shape.experts = keep;
  weights.shape.experts_per_token = std::min(weights.shape.experts_per_token, keep);
}

void changeVocabulary(Weights<float>& weights, std::vector<std::string> tokens,
                      std::uint64_t seed) {
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < weights.tokens.size(); ++i) known[weights.tokens[i]] = i;
  const double deviation = 1 / std::sqrt(static_cast<double>(weights.shape.hidden));
  for (Matrix<float>* matrix : {&weights.embedding, &weights.output}) {
    Matrix<float> fresh =
        normalMatrix<float>(tokens.size(), weights.shape.hidden, deviation, ++seed);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const auto old = known.find(tokens[i]);
      if (old != known.end()) std::copy_n(matrix->row(old->second), matrix->columns, fresh.row(i));
    }
    *matrix = std::move(fresh);
  }
  weights.shape.vocabulary = tokens.size();
  weights.tokens = std::move(tokens);
}

void reinitialise(Weights<float>& weights, const std::function<bool(std::string_view)>& chosen,
                  std::uint64_t seed) {
  for (const Named<float>& named : matrices(weights)) {
    Matrix<float>& matrix = *named.matrix;
    ++seed;
    if (!chosen(named.name)) continue;
    const double deviation = 1 / std::sqrt(static_cast<double>(matrix.columns));
    matrix = named.name.ends_with("norm.weight")
                 ? Matrix<float>(1, matrix.columns, 1.f)
                 : normalMatrix<float>(matrix.rows, matrix.columns, deviation, seed);
  }
}

}  // namespace kindred::trainer
