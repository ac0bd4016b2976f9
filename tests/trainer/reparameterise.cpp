#include "trainer/reparameterise.hpp"

#include <cmath>
#include <numbers>
#include <numeric>
#include <span>
#include <vector>

#include <kindred/random.hpp>

#include "trainer/edits.hpp"
#include "trainer/linear.hpp"

namespace kindred::trainer {
namespace {

std::vector<std::size_t> randomOrder(std::size_t count, Random& random) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  random.shuffle(std::span(order));
  return order;
}

template <class T>
std::vector<T> randomFactors(std::size_t count, double spread, Random& random) {
  std::vector<T> factors(count);
  for (T& factor : factors) {
    factor = static_cast<T>(std::pow(spread, 2 * random.unit() - 1));
  }
  return factors;
}

template <class T>
std::vector<T> inverses(std::vector<T> factors) {
  for (T& factor : factors) factor = 1 / factor;
  return factors;
}

// The orthogonal factor of a normal matrix; in double, so that both factors of a product cancel.
arma::mat randomRotation(std::size_t size, Random& random) {
  const Matrix<double> normal = normalMatrix<double>(size, size, 1, random());
  arma::mat q, r;
  arma::qr(q, r, view(normal));
  return q;
}

// Views have a column for each row: a row times q is q' times that column.
template <class T>
void rotateColumns(Matrix<T>& matrix, const arma::mat& q) {
  arma::Mat<T> columns = view(matrix);
  columns = arma::conv_to<arma::Mat<T>>::from(q.t() * arma::conv_to<arma::mat>::from(columns));
}
template <class T>
void rotateRows(Matrix<T>& matrix, const arma::mat& q) {
  arma::Mat<T> columns = view(matrix);
  columns = arma::conv_to<arma::Mat<T>>::from(arma::conv_to<arma::mat>::from(columns) * q);
}

// Of a model whose gains are ones.
template <class T>
void rotateStream(Weights<T>& weights, const arma::mat& q) {
  const ResidualAxis<T> axis = residualAxis(weights);
  for (Matrix<T>* matrix : axis.columns) rotateColumns(*matrix, q);
  for (Matrix<T>* matrix : axis.rows) rotateRows(*matrix, q);
}

// Of each head's values, by the rotation that turn(layer, head) gives; the output projection undoes
// it.
template <class T, class Turn>
void turnValues(Weights<T>& weights, Turn turn) {
  const Shape& shape = weights.shape;
  const std::size_t group = shape.heads / shape.kv_heads;
  for (std::size_t l = 0; l < weights.layers.size(); ++l) {
    Layer<T>& layer = weights.layers[l];
    arma::mat of_kv(layer.v.rows, layer.v.rows, arma::fill::zeros);
    arma::mat of_heads(layer.o.columns, layer.o.columns, arma::fill::zeros);
    for (std::size_t head = 0; head < shape.kv_heads; ++head) {
      const arma::mat q = turn(l, head);
      of_kv.submat(head * shape.head_dim, head * shape.head_dim, arma::size(q)) = q;
      for (std::size_t h = head * group; h < (head + 1) * group; ++h) {
        of_heads.submat(h * shape.head_dim, h * shape.head_dim, arma::size(q)) = q;
      }
    }
    rotateRows(layer.v, of_kv);
    rotateColumns(layer.o, of_heads);
  }
}

// The rotation q that maximises trace(q' moments): Schoenemann, Psychometrika 31 (1966).
arma::mat nearestRotation(const arma::mat& moments) {
  arma::mat left, right;
  arma::vec singular;
  arma::svd(left, singular, right, moments);
  return left * right.t();
}

// Gains times the factors, the columns of what reads them divided by them.
template <class T>
void moveGains(Matrix<T>& gains, const std::vector<Matrix<T>*>& readers,
               const std::vector<T>& factors) {
  scaleColumns<T>(gains, factors);
  const std::vector<T> back = inverses(factors);
  for (Matrix<T>* reader : readers) scaleColumns<T>(*reader, back);
}

// Calls f(gains, readers) for every norm.
template <class T, class F>
void eachNorm(Weights<T>& weights, F f) {
  for (Layer<T>& layer : weights.layers) {
    f(layer.attention_norm, std::vector<Matrix<T>*>{&layer.q, &layer.k, &layer.v});
    std::vector<Matrix<T>*> readers;
    if (layer.mixture()) readers.push_back(&layer.router);
    for (Mlp<T>* mlp : mlpsOf(layer)) {
      readers.push_back(&mlp->gate);
      readers.push_back(&mlp->up);
    }
    f(layer.mlp_norm, readers);
  }
  f(weights.final_norm, std::vector<Matrix<T>*>{&weights.output});
}

template <class T>
void turnPair(Matrix<T>& matrix, std::size_t first, std::size_t second, double angle) {
  const T c = static_cast<T>(std::cos(angle)), s = static_cast<T>(std::sin(angle));
  for (std::size_t j = 0; j < matrix.columns; ++j) {
    const T a = matrix(first, j), b = matrix(second, j);
    matrix(first, j) = a * c - b * s;
    matrix(second, j) = b * c + a * s;
  }
}

}  // namespace

template <class T>
void permuteUnits(Weights<T>& weights, std::uint64_t seed) {
  Random random(seed);
  for (Layer<T>& layer : weights.layers) {
    for (Mlp<T>* mlp : mlpsOf(layer)) {
      const std::vector<std::size_t> order = randomOrder(mlp->up.rows, random);
      takeRows<T>(mlp->gate, order);
      takeRows<T>(mlp->up, order);
      takeColumns<T>(mlp->down, order);
    }
  }
}

template <class T>
void permuteHeads(Weights<T>& weights, std::uint64_t seed) {
  Random random(seed);
  const Shape& shape = weights.shape;
  const std::size_t group = shape.heads / shape.kv_heads;
  for (Layer<T>& layer : weights.layers) {
    const std::vector<std::size_t> kv = randomOrder(shape.kv_heads, random);
    std::vector<std::size_t> heads;
    for (const std::size_t head : kv) {
      for (const std::size_t i : randomOrder(group, random)) heads.push_back(head * group + i);
    }
    const std::vector<std::size_t> kv_rows = blockOrder(kv, shape.head_dim);
    const std::vector<std::size_t> q_rows = blockOrder(heads, shape.head_dim);
    takeRows<T>(layer.k, kv_rows);
    takeRows<T>(layer.v, kv_rows);
    takeRows<T>(layer.q, q_rows);
    takeColumns<T>(layer.o, q_rows);
  }
}

template <class T>
void permuteExperts(Weights<T>& weights, std::uint64_t seed) {
  Random random(seed);
  for (Layer<T>& layer : weights.layers) {
    if (!layer.mixture()) continue;
    const std::vector<std::size_t> order = randomOrder(layer.experts.size(), random);
    takeRows<T>(layer.router, order);
    std::vector<Mlp<T>> experts;
    for (const std::size_t e : order) experts.push_back(layer.experts[e]);
    layer.experts = std::move(experts);
  }
}

template <class T>
void permuteResidual(Weights<T>& weights, std::uint64_t seed) {
  Random random(seed);
  const std::vector<std::size_t> order = randomOrder(weights.shape.hidden, random);
  const ResidualAxis<T> axis = residualAxis(weights);
  for (Matrix<T>* matrix : axis.columns) takeColumns<T>(*matrix, order);
  for (Matrix<T>* matrix : axis.gains) takeColumns<T>(*matrix, order);
  for (Matrix<T>* matrix : axis.rows) takeRows<T>(*matrix, order);
}

template <class T>
void foldGains(Weights<T>& weights) {
  eachNorm(weights, [](Matrix<T>& gains, const std::vector<Matrix<T>*>& readers) {
    const std::vector<T> factors = gains.values;
    for (Matrix<T>* reader : readers) scaleColumns<T>(*reader, factors);
    gains.values.assign(gains.values.size(), T(1));
  });
}

template <class T>
void redrawGains(Weights<T>& weights, double spread, std::uint64_t seed) {
  Random random(seed);
  foldGains(weights);
  eachNorm(weights, [&](Matrix<T>& gains, const std::vector<Matrix<T>*>& readers) {
    moveGains(gains, readers, randomFactors<T>(gains.columns, spread, random));
  });
}

template <class T>
void rotateResidual(Weights<T>& weights, std::uint64_t seed) {
  Random random(seed);
  foldGains(weights);
  rotateStream(weights, randomRotation(weights.shape.hidden, random));
}

template <class T>
void rotateResidualTo(Weights<T>& weights, const Matrix<T>& embedding) {
  foldGains(weights);
  const auto unit = [](const Matrix<T>& rows) {
    return arma::mat(arma::normalise(arma::conv_to<arma::mat>::from(view(rows))));
  };
  rotateStream(weights, nearestRotation(unit(weights.embedding) * unit(embedding).t()));
}

template <class T>
void scaleUnits(Weights<T>& weights, double spread, std::uint64_t seed) {
  Random random(seed);
  for (Layer<T>& layer : weights.layers) {
    for (Mlp<T>* mlp : mlpsOf(layer)) {
      const std::vector<T> factors = randomFactors<T>(mlp->up.rows, spread, random);
      scaleRows<T>(mlp->up, factors);
      scaleColumns<T>(mlp->down, inverses(factors));
    }
  }
}

template <class T>
void rotateValues(Weights<T>& weights, std::uint64_t seed) {
  Random random(seed);
  turnValues(weights, [&](std::size_t, std::size_t) {
    return randomRotation(weights.shape.head_dim, random);
  });
}

template <class T>
void rotateValuesTo(Weights<T>& weights, const Weights<T>& rival) {
  const auto unitRows = [&](const Weights<T>& of, std::size_t layer, std::size_t head) {
    const std::size_t first = head * of.shape.head_dim;
    const arma::Mat<T> columns =
        view(of.layers[layer].v).cols(first, first + of.shape.head_dim - 1);
    return arma::mat(arma::normalise(arma::conv_to<arma::mat>::from(columns)));
  };
  turnValues(weights, [&](std::size_t layer, std::size_t head) {
    return nearestRotation(unitRows(weights, layer, head).t() * unitRows(rival, layer, head));
  });
}

template <class T>
void turnRotaryPairs(Weights<T>& weights, std::uint64_t seed) {
  Random random(seed);
  const Shape& shape = weights.shape;
  const std::size_t group = shape.heads / shape.kv_heads, half = shape.rotary_dim / 2;
  for (Layer<T>& layer : weights.layers) {
    for (std::size_t pair = 0; pair < shape.kv_heads * half; ++pair) {
      const double angle = 2 * std::numbers::pi * random.unit();
      const std::size_t head = pair / half, j = pair % half;
      turnPair(layer.k, head * shape.head_dim + j, head * shape.head_dim + half + j, angle);
      for (std::size_t h = head * group; h < (head + 1) * group; ++h) {
        turnPair(layer.q, h * shape.head_dim + j, h * shape.head_dim + half + j, angle);
      }
    }
  }
}

#define KINDRED_INSTANTIATE(T)                                   \
  template void permuteUnits(Weights<T>&, std::uint64_t);        \
  template void permuteHeads(Weights<T>&, std::uint64_t);        \
  template void permuteExperts(Weights<T>&, std::uint64_t);      \
  template void permuteResidual(Weights<T>&, std::uint64_t);     \
  template void foldGains(Weights<T>&);                          \
  template void redrawGains(Weights<T>&, double, std::uint64_t); \
  template void rotateResidual(Weights<T>&, std::uint64_t);      \
  template void rotateResidualTo(Weights<T>&, const Matrix<T>&); \
  template void scaleUnits(Weights<T>&, double, std::uint64_t);  \
  template void rotateValues(Weights<T>&, std::uint64_t);        \
  template void rotateValuesTo(Weights<T>&, const Weights<T>&);  \
  template void turnRotaryPairs(Weights<T>&, std::uint64_t);
KINDRED_INSTANTIATE(float)
KINDRED_INSTANTIATE(double)
#undef KINDRED_INSTANTIATE

}  // namespace kindred::trainer
