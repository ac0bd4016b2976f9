#include "doubling.hpp"

#include <cmath>

#include "align/coins.hpp"
#include "align/origins.hpp"
#include "linear/linear.hpp"
#include "profile.hpp"
#include "stats/tails.hpp"

namespace kindred::aligner {
namespace {

using align::Origins;

// Pairs of parts are joined below this p-value, corrected for the number of pairs. A false join
// costs a little power and never exactness: the coin of a joined unit is as fair as any.
constexpr double kLog10Alpha = -2;

// Joins the MLPs, and units that are each other's nearest by their gates, where the signs of the
// cosines of up rows agree.
void joinMlps(const Profile& model, Doubling& doubling, Origins& units, Origins& mlps) {
  const std::size_t count = model.mlps();
  std::vector<arma::fmat> ups;
  for (std::size_t m = 0; m < count; ++m) {
    const Matrix up = model.weights().matrix(role::kUp, model.place(m));
    ups.push_back(linear::unitColumns(up));
    doubling.units.push_back(align::repeatedRows(up));
  }
  const double tests = 0.5 * static_cast<double>(count) * static_cast<double>(count - 1);
  for (std::size_t x = 0; x < count; ++x) {
    const arma::fmat gates_x = model.gates(x);
    for (std::size_t y = x + 1; y < count; ++y) {
      const auto pairs = linear::mutualBest(linear::innerProducts(gates_x, model.gates(y)));
      align::Coins coins;
      for (const auto& [i, j] : pairs) {
        coins.add(doubling.units[x][i],
                  linear::dot(ups[x].colptr(i), ups[y].colptr(j), ups[x].n_rows));
      }
      const align::SignCount signs = coins.count();
      const double log10_p = stats::binomialTail(signs.coins, signs.heads);
      if (log10_p + std::log10(tests) > kLog10Alpha) continue;
      doubling.joins.push_back({model.place(x), model.place(y), false, log10_p, signs.coins});
      mlps.join(static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y));
      for (const auto& [i, j] : pairs) {
        units.join(static_cast<std::uint32_t>(model.firstUnit(x) + i),
                   static_cast<std::uint32_t>(model.firstUnit(y) + j));
      }
    }
  }
}

// Rows that repeat another row of their own MLP join it; then every unit gets its set's number.
void numberUnits(const Profile& model, Doubling& doubling, Origins& units) {
  std::size_t coins = 0, copies = 0;
  for (std::size_t m = 0; m < model.mlps(); ++m) {
    const auto first = static_cast<std::uint32_t>(model.firstUnit(m));
    for (std::uint32_t i = 0; i < doubling.units[m].size(); ++i) {
      if (doubling.units[m][i] != kNoOrigin) units.join(first + i, first + doubling.units[m][i]);
    }
  }
  for (std::size_t m = 0; m < model.mlps(); ++m) {
    const auto first = static_cast<std::uint32_t>(model.firstUnit(m));
    for (std::uint32_t i = 0; i < doubling.units[m].size(); ++i) {
      std::uint32_t& origin = doubling.units[m][i];
      if (origin == kNoOrigin) continue;
      origin = units.find(first + i);
      ++coins;
      if (origin != first + i) ++copies;
    }
  }
  if (coins > 0) doubling.share = static_cast<double>(copies) / static_cast<double>(coins);
}

// Joins layers whose value rows of like heads agree in sign.
void joinAttention(const Profile& model, Doubling& doubling, Origins& dims, Origins& layers) {
  const AttentionRows& values = model.values();
  const std::size_t count = values.layers.size();
  const arma::uword per_layer = values.perLayer();
  const double tests = 0.5 * static_cast<double>(count) * static_cast<double>(count - 1);
  for (std::size_t x = 0; x < count; ++x) {
    for (std::size_t y = x + 1; y < count; ++y) {
      align::Coins coins;
      for (arma::uword i = 0; i < per_layer; ++i) {
        coins.add(static_cast<std::uint32_t>(i),
                  linear::dot(values.columns.colptr(x * per_layer + i),
                              values.columns.colptr(y * per_layer + i), values.columns.n_rows));
      }
      const align::SignCount signs = coins.count();
      const double log10_p = stats::binomialTail(signs.coins, signs.heads);
      if (log10_p + std::log10(tests) > kLog10Alpha) continue;
      const std::int64_t layer_x = values.layers[x], layer_y = values.layers[y];
      doubling.joins.push_back(
          {{layer_x, -1, false}, {layer_y, -1, false}, true, log10_p, signs.coins});
      layers.join(static_cast<std::uint32_t>(layer_x), static_cast<std::uint32_t>(layer_y));
      for (arma::uword i = 0; i < per_layer; ++i) {
        dims.join(static_cast<std::uint32_t>(static_cast<arma::uword>(layer_x) * per_layer + i),
                  static_cast<std::uint32_t>(static_cast<arma::uword>(layer_y) * per_layer + i));
      }
    }
  }
}

// The origins of one role's rows, given what was joined.
std::vector<std::uint32_t> numberDims(const Profile& model, std::string_view role, Origins dims) {
  const ModelShape& shape = model.weights().shape();
  const std::uint64_t per_layer = shape.kv_heads * shape.head_dim;
  std::vector<std::uint32_t> origins(shape.layers * per_layer, kNoOrigin);
  for (const std::int64_t layer : model.values().layers) {
    const Place place{layer, -1, false};
    const auto first = static_cast<std::uint32_t>(static_cast<std::uint64_t>(layer) * per_layer);
    if (model.weights().rows(role, place) != per_layer) continue;
    const std::vector<std::uint32_t> rows =
        align::repeatedRows(model.weights().matrix(role, place));
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
      if (rows[i] != kNoOrigin) origins[first + i] = dims.find(first + rows[i]);
    }
  }
  return origins;
}

std::vector<std::uint32_t> groups(Origins& sets, std::size_t size) {
  std::vector<std::uint32_t> numbers(size);
  for (std::uint32_t i = 0; i < size; ++i) numbers[i] = sets.find(i);
  return numbers;
}

}  // namespace

Doubling findDoubling(const Profile& model) {
  Doubling doubling;
  Origins units(model.allGates().n_cols), mlps(model.mlps());
  joinMlps(model, doubling, units, mlps);
  numberUnits(model, doubling, units);
  doubling.mlp_groups = groups(mlps, model.mlps());

  const ModelShape& shape = model.weights().shape();
  Origins dims(shape.layers * shape.kv_heads * shape.head_dim), layers(shape.layers);
  joinAttention(model, doubling, dims, layers);
  doubling.value_dims = numberDims(model, role::kValue, dims);
  doubling.key_dims = numberDims(model, role::kKey, dims);
  doubling.attention_groups = groups(layers, shape.layers);
  return doubling;
}

}  // namespace kindred::aligner
