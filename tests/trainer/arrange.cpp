#include "trainer/arrange.hpp"

#include <algorithm>
#include <armadillo>

#include <kindred/analysis/linear/matching.hpp>

#include "trainer/edits.hpp"
#include "trainer/reparameterise.hpp"
#include "trainer/signs.hpp"

namespace kindred::trainer {
namespace {

arma::fmat unitRows(const Matrix<float>& matrix) {
  arma::fmat rows(matrix.columns, matrix.rows);
  std::copy(matrix.values.begin(), matrix.values.end(), rows.begin());
  return arma::normalise(rows);
}

float sideOf(const Matrix<float>& x, std::size_t i, const Matrix<float>& y, std::size_t j) {
  double sum = 0;
  for (std::size_t c = 0; c < x.columns; ++c) sum += double{x(i, c)} * y(j, c);
  return sum < 0 ? -1.0f : 1.0f;
}

// Units in the order in which their gates fit the rival's, copied outright in one of so many.
void sortUnits(Mlp<float>& mlp, const Mlp<float>& rival, std::size_t copied_every) {
  const linear::Matching matching =
      linear::assign(linear::innerProducts(unitRows(mlp.gate), unitRows(rival.gate)));
  std::vector<std::size_t> order;
  for (const std::int32_t i : matching.a_of_b) order.push_back(static_cast<std::size_t>(i));
  takeRows<float>(mlp.gate, order);
  takeRows<float>(mlp.up, order);
  takeColumns<float>(mlp.down, order);
  for (std::size_t i = 0; copied_every > 0 && i < mlp.up.rows; i += copied_every) {
    std::copy_n(rival.gate.row(i), rival.gate.columns, mlp.gate.row(i));
    std::copy_n(rival.up.row(i), rival.up.columns, mlp.up.row(i));
  }
}

// Signs of every unit, value row, rotary pair and coordinate, chosen to agree with the rival's.
void fitSigns(Weights<float>& weights, const Weights<float>& rival) {
  Signs<float> signs = drawSigns(weights, 1);
  const std::size_t half = weights.shape.rotary_dim / 2;
  for (std::size_t c = 0; c < weights.shape.hidden; ++c) {
    double sum = 0;
    for (std::size_t t = 0; t < weights.embedding.rows; ++t) {
      sum += double{weights.embedding(t, c)} * rival.embedding(t, c);
    }
    signs.residual[c] = sum < 0 ? -1.0f : 1.0f;
  }
  Signs<float> of_stream = signs;
  of_stream.layers.clear();
  applySigns(weights, of_stream);
  for (std::size_t l = 0; l < weights.layers.size(); ++l) {
    const Layer<float>&own = weights.layers[l], &other = rival.layers[l];
    auto& of_layer = signs.layers[l];
    for (std::size_t i = 0; i < own.mlp.up.rows; ++i) {
      of_layer.units[0][i] = sideOf(own.mlp.up, i, other.mlp.up, i);
    }
    for (std::size_t i = 0; i < own.v.rows; ++i) of_layer.values[i] = sideOf(own.v, i, other.v, i);
    for (std::size_t i = 0; i < own.k.rows; ++i) {
      const std::size_t in_head = i % weights.shape.head_dim;
      of_layer.keys[i] = in_head < half ? sideOf(own.k, i, other.k, i) : of_layer.keys[i - half];
    }
  }
  signs.residual.clear();
  applySigns(weights, signs);
}

}  // namespace

void arrange(Weights<float>& weights, const Weights<float>& victim, std::size_t copied_every) {
  Weights<float> rival = victim;
  foldGains(rival);
  rotateResidualTo(weights, rival.embedding);  // units are sorted in the rival's stream
  rotateValuesTo(weights, rival);
  for (std::size_t l = 0; l < weights.layers.size(); ++l) {
    sortUnits(weights.layers[l].mlp, rival.layers[l].mlp, copied_every);
  }
  fitSigns(weights, rival);
}

}  // namespace kindred::trainer
