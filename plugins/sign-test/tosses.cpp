#include "tosses.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "align/origins.hpp"
#include "linear/linear.hpp"
#include "stats/tails.hpp"

namespace kindred::sign_test {
namespace {

using linear::dot;
using linear::rotated;
using linear::unitColumns;

// Rounding errors of integer formats with a zero point are at most about an eighth of a row's
// length at four bits; along another model's row they reach four standard deviations of that over
// the root of the width. Cosines within it could owe their sign to the format.
constexpr double kLatticeError = 0.5;

double coinThreshold(const MatrixTask& task, std::string_view role, const Place& place,
                     std::string& note) {
  const std::string asymmetry = task.a.weights().asymmetry(role, place);
  if (asymmetry.empty()) return 0;
  note = "cosines near zero are no coins: " + asymmetry;
  return kLatticeError / std::sqrt(static_cast<double>(task.a.weights().shape().hidden));
}

// One role's rows of a layer's attention as unit columns, A's in B's residual stream.
class LayerRows {
 public:
  LayerRows(const ModelWeights& weights, std::string_view role, arma::fmat rotation)
      : weights_(weights), role_(role), rotation_(std::move(rotation)) {}

  // Null where the layer lacks the role.
  const arma::fmat* of(std::int64_t layer) {
    const auto [found, fresh] = layers_.try_emplace(layer);
    const Place place{layer, -1, false};
    if (fresh && weights_.rows(role_, place) > 0) {
      found->second = rotated(unitColumns(weights_.matrix(role_, place)), rotation_);
    }
    return found->second.is_empty() ? nullptr : &found->second;
  }

 private:
  const ModelWeights& weights_;
  std::string_view role_;
  arma::fmat rotation_;
  std::map<std::int64_t, arma::fmat> layers_;
};

// Calls toss(match, A's rows, first row of its head, B's rows, first row of its head).
template <class Toss>
void forEachHead(const MatrixTask& task, std::string_view role, Toss&& toss) {
  LayerRows of_a(task.a.weights(), role, linear::matrixOf(task.alignment.rotation));
  LayerRows of_b(task.b.weights(), role, {});
  const std::uint64_t dim_a = task.a.weights().shape().head_dim;
  const std::uint64_t dim_b = task.b.weights().shape().head_dim;
  for (const HeadMatch& match : task.alignment.heads) {
    const arma::fmat* a = of_a.of(match.layer_a);
    const arma::fmat* b = of_b.of(match.layer_b);
    if (a == nullptr || b == nullptr || a->n_rows != b->n_rows) continue;
    const std::uint64_t first_a = static_cast<std::uint64_t>(match.head_a) * dim_a;
    const std::uint64_t first_b = static_cast<std::uint64_t>(match.head_b) * dim_b;
    if (first_a + dim_a > a->n_cols || first_b + dim_b > b->n_cols) continue;
    toss(match, *a, first_a, *b, first_b);
  }
}

// Key rows are matched by dimension: equal positions turn equal dimensions.
bool sameRotary(const MatrixTask& task) {
  const ModelShape& a = task.a.weights().shape();
  const ModelShape& b = task.b.weights().shape();
  return a.head_dim == b.head_dim && a.rotary_dim == b.rotary_dim &&
         a.rotary_interleaved == b.rotary_interleaved;
}

// Layers whose latents are copies of each other (an up-scaled depth) share their coins: of each
// layer the first that its rows agree with in sign, by the sign test, corrected for the number of
// pairs. A false join costs a little power and never exactness.
std::map<std::int64_t, std::int64_t> copiedLayers(const ModelWeights& weights,
                                                  std::string_view role) {
  constexpr double kLog10Alpha = -2;
  std::map<std::int64_t, arma::fmat> rows;
  for (std::uint64_t l = 0; l < weights.shape().layers; ++l) {
    const Place place{static_cast<std::int64_t>(l), -1, false};
    if (weights.rows(role, place) > 0) {
      rows.emplace(place.layer, unitColumns(weights.matrix(role, place)));
    }
  }
  const double pairs = 0.5 * static_cast<double>(rows.size()) * static_cast<double>(rows.size());
  std::map<std::int64_t, std::int64_t> first;
  for (const auto& [layer, columns] : rows) {
    first[layer] = layer;
    for (const auto& [earlier, others] : rows) {
      if (earlier == layer) break;
      if (first[earlier] != earlier || arma::size(columns) != arma::size(others)) continue;
      align::Coins coins;
      for (arma::uword i = 0; i < columns.n_cols; ++i) {
        coins.add(static_cast<std::uint32_t>(i),
                  dot(columns.colptr(i), others.colptr(i), columns.n_rows));
      }
      const align::SignCount signs = coins.count();
      if (stats::binomialTail(signs.coins, signs.heads) + std::log10(pairs) > kLog10Alpha) continue;
      first[layer] = earlier;
      break;
    }
  }
  return first;
}

void tossColumns(const MatrixTask& task, std::string_view role, align::Coins& coins) {
  if (task.a.weights().rows(role, {}) == 0 || task.b.weights().rows(role, {}) == 0) return;
  std::vector<std::uint32_t> of_a, of_b;
  for (const TokenPair& token : task.alignment.tokens) {
    of_a.push_back(token.a);
    of_b.push_back(token.b);
  }
  if (of_a.empty()) return;
  // Each token's row counts alike; a row of one model that is padding is zero and counts nothing.
  const arma::fmat a = unitColumns(task.a.weights().matrix(role, {}, of_a)).t();
  const arma::fmat b = unitColumns(task.b.weights().matrix(role, {}, of_b)).t();
  for (arma::uword c = 0; c < std::min(a.n_cols, b.n_cols); ++c) {
    if (a.n_cols != b.n_cols || a.col(c).min() == a.col(c).max()) continue;
    const double scale = std::sqrt(dot(a.colptr(c), a.colptr(c), a.n_rows) *
                                   dot(b.colptr(c), b.colptr(c), b.n_rows));
    coins.add(static_cast<std::uint32_t>(c), dot(a.colptr(c), b.colptr(c), a.n_rows) / scale);
  }
}

}  // namespace

Tosses tossUnits(const MatrixTask& task) {
  Tosses tosses;
  const ModelWeights& a = task.a.weights();
  const std::vector<Place>& places = a.mlps();
  if (!places.empty()) {
    tosses.coins = align::Coins(coinThreshold(task, role::kUp, places.front(), tosses.note));
  }
  const arma::fmat rotation = linear::matrixOf(task.alignment.rotation);
  std::map<Place, arma::fmat> ups;  // of A, in B's residual stream
  for (const MlpMatch& match : task.alignment.mlps) {
    const auto [found, fresh] = ups.try_emplace(match.a);
    if (fresh) found->second = rotated(unitColumns(a.matrix(role::kUp, match.a)), rotation);
    const arma::fmat& of_a = found->second;
    const arma::fmat of_b = unitColumns(task.b.weights().matrix(role::kUp, match.b));
    const auto mlp =
        static_cast<std::size_t>(std::find(places.begin(), places.end(), match.a) - places.begin());
    const std::vector<std::uint32_t>& origins = task.a.doubling().units[mlp];
    for (std::size_t j = 0; j < match.units.size(); ++j) {
      if (match.units[j] < 0) continue;
      const auto i = static_cast<std::size_t>(match.units[j]);
      tosses.coins.add(origins[i], dot(of_a.colptr(i), of_b.colptr(j), of_a.n_rows), match.a.layer);
    }
  }
  return tosses;
}

Tosses tossValues(const MatrixTask& task) {
  Tosses tosses;
  const ModelShape& shape = task.a.weights().shape();
  const std::vector<std::uint32_t>& origins = task.a.doubling().value_dims;
  tosses.coins = align::Coins(coinThreshold(task, role::kValue, {0, -1, false}, tosses.note));
  forEachHead(task, role::kValue,
              [&](const HeadMatch& match, const arma::fmat& a, std::uint64_t first_a,
                  const arma::fmat& b, std::uint64_t first_b) {
                for (std::size_t j = 0; j < match.dims.size(); ++j) {
                  if (match.dims[j] < 0) continue;
                  const auto i = static_cast<std::uint64_t>(match.dims[j]);
                  tosses.coins.add(origins[attentionDim(shape, match.layer_a, match.head_a, i)],
                                   dot(a.colptr(first_a + i), b.colptr(first_b + j), a.n_rows),
                                   match.layer_a);
                }
              });
  return tosses;
}

Tosses tossRotaryPairs(const MatrixTask& task) {
  Tosses tosses;
  if (!sameRotary(task)) return tosses;
  const ModelShape& shape = task.a.weights().shape();
  const std::vector<std::uint32_t>& origins = task.a.doubling().key_dims;
  tosses.coins = align::Coins(coinThreshold(task, role::kKey, {0, -1, false}, tosses.note));
  forEachHead(
      task, role::kKey,
      [&](const HeadMatch& match, const arma::fmat& a, std::uint64_t first_a, const arma::fmat& b,
          std::uint64_t first_b) {
        for (std::uint64_t p = 0; p < shape.rotary_dim / 2; ++p) {
          const std::uint64_t i = shape.rotary_interleaved ? 2 * p : p;
          const std::uint64_t j = shape.rotary_interleaved ? i + 1 : p + shape.rotary_dim / 2;
          const double cosine = dot(a.colptr(first_a + i), b.colptr(first_b + i), a.n_rows) +
                                dot(a.colptr(first_a + j), b.colptr(first_b + j), a.n_rows);
          tosses.coins.add(origins[attentionDim(shape, match.layer_a, match.head_a, i)], cosine,
                           match.layer_a);
        }
      });
  return tosses;
}

Tosses tossRotaryFree(const MatrixTask& task) {
  Tosses tosses;
  if (!sameRotary(task)) return tosses;
  const ModelShape& shape = task.a.weights().shape();
  const std::vector<std::uint32_t>& origins = task.a.doubling().key_dims;
  tosses.coins = align::Coins(coinThreshold(task, role::kKey, {0, -1, false}, tosses.note));
  forEachHead(task, role::kKey,
              [&](const HeadMatch& match, const arma::fmat& a, std::uint64_t first_a,
                  const arma::fmat& b, std::uint64_t first_b) {
                for (std::uint64_t i = shape.rotary_dim; i < shape.head_dim; ++i) {
                  tosses.coins.add(origins[attentionDim(shape, match.layer_a, match.head_a, i)],
                                   dot(a.colptr(first_a + i), b.colptr(first_b + i), a.n_rows),
                                   match.layer_a);
                }
              });
  return tosses;
}

Tosses tossLatents(const MatrixTask& task) {
  Tosses tosses;
  const std::string_view role = task.use.role;
  LayerRows of_a(task.a.weights(), role, linear::matrixOf(task.alignment.rotation));
  LayerRows of_b(task.b.weights(), role, {});
  if (task.alignment.heads.empty()) return tosses;
  tosses.coins = align::Coins(
      coinThreshold(task, role, {task.alignment.heads.front().layer_a, -1, false}, tosses.note));
  const std::map<std::int64_t, std::int64_t> copies = copiedLayers(task.a.weights(), role);
  std::map<std::int64_t, std::vector<std::uint32_t>> repeats;
  for (const HeadMatch& match : task.alignment.heads) {
    const arma::fmat* a = of_a.of(match.layer_a);
    const arma::fmat* b = of_b.of(match.layer_b);
    if (a == nullptr || b == nullptr || a->n_rows != b->n_rows) continue;
    const auto [rows, fresh] = repeats.try_emplace(match.layer_a);
    if (fresh) {
      rows->second = align::repeatedRows(task.a.weights().matrix(role, {match.layer_a, -1, false}));
    }
    const auto first = static_cast<std::uint32_t>(copies.at(match.layer_a)) *
                       static_cast<std::uint32_t>(a->n_cols);
    for (std::size_t j = 0; j < std::min<std::size_t>(match.dims.size(), b->n_cols); ++j) {
      if (match.dims[j] < 0 || static_cast<arma::uword>(match.dims[j]) >= a->n_cols) continue;
      const auto i = static_cast<std::size_t>(match.dims[j]);
      const std::uint32_t origin = rows->second[i];
      tosses.coins.add(origin == kNoOrigin ? kNoOrigin : first + origin,
                       dot(a->colptr(i), b->colptr(j), a->n_rows), match.layer_a);
    }
  }
  return tosses;
}

Tosses tossResidual(const MatrixTask& task) {
  Tosses tosses;
  tosses.coins = align::Coins(coinThreshold(task, role::kEmbedding, {}, tosses.note));
  tossColumns(task, role::kEmbedding, tosses.coins);
  tossColumns(task, role::kOutput, tosses.coins);
  return tosses;
}

}  // namespace kindred::sign_test
