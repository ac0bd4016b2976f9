#include "doubling.hpp"

#include <algorithm>
#include <cmath>

#include <kindred/analysis/align/coins.hpp>
#include <kindred/analysis/align/origins.hpp>
#include <kindred/analysis/copies/copies.hpp>
#include <kindred/analysis/linear/linear.hpp>
#include <kindred/analysis/stats/tails.hpp>

#include "profile.hpp"

namespace kindred::aligner {
namespace {

using align::Origins;

// Pairs of parts are joined below this p-value, corrected for the number of pairs. A false join
// costs a little power and never exactness: the coin of a joined unit is as fair as any.
constexpr double kLog10Alpha = -2;

// Joins the MLPs, and units that are each other's nearest by their gates, where the signs of the
// cosines of up rows agree.
void joinMlpsBySigns(const Profile& model, const arma::fmat& ups, Doubling& doubling,
                     Origins& units, Origins& mlps) {
  const std::size_t count = model.mlps();
  const double tests = 0.5 * static_cast<double>(count) * static_cast<double>(count - 1);
  for (std::size_t x = 0; x < count; ++x) {
    const arma::fmat gates_x = model.gates(x);
    for (std::size_t y = x + 1; y < count; ++y) {
      const auto pairs = linear::mutualBest(linear::innerProducts(gates_x, model.gates(y)));
      align::Coins coins;
      for (const auto& [i, j] : pairs) {
        coins.add(doubling.units[x][i],
                  linear::dot(ups.colptr(model.firstUnit(x) + i),
                              ups.colptr(model.firstUnit(y) + j), ups.n_rows));
      }
      const align::SignCount signs = coins.count();
      const double log10_p = stats::binomialTail(signs.coins, signs.heads);
      if (log10_p + std::log10(tests) > kLog10Alpha) continue;
      doubling.joins.push_back(
          {.a = model.place(x), .b = model.place(y), .log10_p = log10_p, .units = signs.coins});
      mlps.join(static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y));
      for (const auto& [i, j] : pairs) {
        units.join(static_cast<std::uint32_t>(model.firstUnit(x) + i),
                   static_cast<std::uint32_t>(model.firstUnit(y) + j));
      }
    }
  }
}

// Whether gate and up rows of equal number point the same way: then they do not speak for a copy
// independently of each other.
bool gatesSpeakForUps(const arma::fmat& gates, const arma::fmat& ups) {
  constexpr double kMost = 0.05;  // of their mean squared cosine, beyond that of random rows
  double sum = 0;
  for (arma::uword i = 0; i < ups.n_cols; ++i) {
    const double cosine = linear::dot(gates.colptr(i), ups.colptr(i), ups.n_rows);
    sum += cosine * cosine;
  }
  const double random = 1 / static_cast<double>(std::max<arma::uword>(ups.n_rows, 1));
  return sum > (random + kMost) * static_cast<double>(ups.n_cols);
}

// Joins units that are alike in gate and up row, wherever they stand: few rows may have been read
// of each MLP, and one MLP may hold copies of its own units.
void joinUnitsBySize(const Profile& model, const arma::fmat& ups, Doubling& doubling,
                     Origins& units, Origins& mlps) {
  std::vector<copies::Part> parts;
  for (std::size_t m = 0; m < model.mlps(); ++m) {
    const Place& place = model.place(m);
    parts.push_back({place.layer, place.expert, model.firstUnit(m), model.units(m)});
  }
  copies::Roles roles;
  if (!ups.is_zero()) roles.push_back(&ups);
  if (roles.empty() || !gatesSpeakForUps(model.allGates(), ups)) roles.push_back(&model.allGates());
  copies::joinLikeNumbered(roles, parts, units);
  copies::joinTiles(roles, parts, units);
  copies::joinAlike(roles, units);
  for (const auto& [x, y] : copies::joinedParts(parts, units)) {
    if (mlps.find(static_cast<std::uint32_t>(x)) == mlps.find(static_cast<std::uint32_t>(y))) {
      continue;
    }
    mlps.join(static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y));
    doubling.joins.push_back({.a = model.place(x),
                              .b = model.place(y),
                              .by_size = true,
                              .units = std::min(model.units(x), model.units(y))});
  }
}

arma::fmat allUps(const Profile& model, Doubling& doubling) {
  arma::fmat ups(model.allGates().n_rows, model.allGates().n_cols, arma::fill::zeros);
  for (std::size_t m = 0; m < model.mlps(); ++m) {
    const Place& place = model.place(m);
    if (model.weights().rows(role::kUp, place) == 0) {  // an MLP without a gate
      doubling.units.push_back(align::repeatedRows(model.weights().matrix(role::kGate, place)));
      continue;
    }
    const Matrix up = model.weights().matrix(role::kUp, place);
    doubling.units.push_back(align::repeatedRows(up));
    if (up.rows == 0 || up.rows != model.units(m) || up.columns != ups.n_rows) continue;
    ups.cols(model.firstUnit(m), model.firstUnit(m) + model.units(m) - 1) = linear::unitColumns(up);
  }
  return ups;
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
      doubling.joins.push_back({.a = {layer_x, -1, false},
                                .b = {layer_y, -1, false},
                                .attention = true,
                                .log10_p = log10_p,
                                .units = signs.coins});
      layers.join(static_cast<std::uint32_t>(layer_x), static_cast<std::uint32_t>(layer_y));
      for (arma::uword i = 0; i < per_layer; ++i) {
        dims.join(static_cast<std::uint32_t>(static_cast<arma::uword>(layer_x) * per_layer + i),
                  static_cast<std::uint32_t>(static_cast<arma::uword>(layer_y) * per_layer + i));
      }
    }
  }
}

// Where the columns of attention rows stand among all dimensions of the model's heads.
std::vector<std::uint32_t> dimsOf(const AttentionRows& rows) {
  std::vector<std::uint32_t> dims;
  for (const std::int64_t layer : rows.layers) {
    for (arma::uword i = 0; i < rows.perLayer(); ++i) {
      dims.push_back(
          static_cast<std::uint32_t>(static_cast<arma::uword>(layer) * rows.perLayer() + i));
    }
  }
  return dims;
}

std::vector<copies::Part> headsOf(const AttentionRows& rows) {
  std::vector<copies::Part> parts;
  for (std::size_t l = 0; l < rows.layers.size(); ++l) {
    for (arma::uword h = 0; h < rows.heads; ++h) {
      parts.push_back({rows.layers[l], static_cast<std::int64_t>(h),
                       l * rows.perLayer() + h * rows.head_dim, rows.head_dim});
    }
  }
  return parts;
}

std::vector<copies::Part> layersOf(const AttentionRows& rows) {
  std::vector<copies::Part> parts;
  for (std::size_t l = 0; l < rows.layers.size(); ++l) {
    parts.push_back({rows.layers[l], 0, l * rows.perLayer(), rows.perLayer()});
  }
  return parts;
}

// Value rows that are alike, wherever they stand. Heads that are copies of each other have copied
// keys too.
void joinValuesBySize(const AttentionRows& values, Doubling& doubling, Origins& value_dims,
                      Origins& key_dims, Origins& layers) {
  if (values.columns.is_empty()) return;
  const copies::Roles roles{&values.columns};
  const std::vector<copies::Part> heads = headsOf(values);
  const std::vector<std::uint32_t> dims = dimsOf(values);
  Origins columns(values.columns.n_cols), known(heads.size());
  copies::joinLikeNumbered(roles, heads, columns);
  copies::joinAlike(roles, columns);
  for (std::uint32_t c = 0; c < dims.size(); ++c) value_dims.join(dims[c], dims[columns.find(c)]);
  const auto joined = [&](const copies::Part& x, const copies::Part& y) {
    doubling.joins.push_back({.a = {x.layer, -1, false},
                              .b = {y.layer, -1, false},
                              .attention = true,
                              .by_size = true,
                              .units = x.count});
  };
  for (const auto& [x, y] : copies::joinedParts(layersOf(values), columns)) {
    const auto layer_x = static_cast<std::uint32_t>(values.layers[x]);
    const auto layer_y = static_cast<std::uint32_t>(values.layers[y]);
    if (layers.find(layer_x) == layers.find(layer_y)) continue;
    layers.join(layer_x, layer_y);
    joined(layersOf(values)[x], layersOf(values)[y]);
  }
  for (const auto& [x, y] : copies::joinedParts(heads, columns)) {
    for (arma::uword i = 0; i < values.head_dim; ++i) {
      key_dims.join(dims[heads[x].first + i], dims[heads[y].first + i]);
    }
    const auto set_x = static_cast<std::uint32_t>(x), set_y = static_cast<std::uint32_t>(y);
    if (heads[x].layer != heads[y].layer || known.find(set_x) == known.find(set_y)) continue;
    known.join(set_x, set_y);
    joined(heads[x], heads[y]);
  }
}

// Rotary pairs of keys that are alike in both rows, and key rows without a position. Pairs of equal
// frequency are alike in models without copies too, a little: numbers of rows say nothing here.
void joinKeysBySize(const AttentionRows& keys, const ModelShape& shape, Origins& key_dims) {
  if (keys.columns.is_empty()) return;
  const std::uint64_t rotary = std::min<std::uint64_t>(shape.rotary_dim, keys.head_dim);
  std::vector<arma::uword> first, second, free;
  for (const copies::Part& head : headsOf(keys)) {
    for (arma::uword i = 0; i < rotary / 2; ++i) {
      first.push_back(head.first + (shape.rotary_interleaved ? 2 * i : i));
      second.push_back(first.back() + (shape.rotary_interleaved ? 1 : rotary / 2));
    }
    for (arma::uword i = rotary; i < keys.head_dim; ++i) free.push_back(head.first + i);
  }
  const std::vector<std::uint32_t> dims = dimsOf(keys);
  const auto join = [&](const copies::Roles& roles,
                        std::initializer_list<const std::vector<arma::uword>*> columns_of) {
    Origins columns(roles.front()->n_cols);
    copies::joinAlike(roles, columns, copies::Usual::median);
    for (const std::vector<arma::uword>* numbers : columns_of) {
      for (std::uint32_t c = 0; c < numbers->size(); ++c) {
        key_dims.join(dims[(*numbers)[c]], dims[(*numbers)[columns.find(c)]]);
      }
    }
  };
  if (!first.empty()) {
    const arma::fmat x = keys.columns.cols(arma::uvec(first));
    const arma::fmat y = keys.columns.cols(arma::uvec(second));
    join({&x, &y}, {&first, &second});
  }
  if (!free.empty()) {
    const arma::fmat x = keys.columns.cols(arma::uvec(free));
    join({&x}, {&free});
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
      if (rows[i] == kNoOrigin) continue;
      dims.join(first + i, first + rows[i]);
      origins[first + i] = first + i;
    }
  }
  for (std::uint32_t& origin : origins) {
    if (origin != kNoOrigin) origin = dims.find(origin);
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
  const arma::fmat ups = allUps(model, doubling);
  joinMlpsBySigns(model, ups, doubling, units, mlps);
  joinUnitsBySize(model, ups, doubling, units, mlps);
  numberUnits(model, doubling, units);
  doubling.mlp_groups = groups(mlps, model.mlps());

  const ModelShape& shape = model.weights().shape();
  Origins value_dims(shape.layers * shape.kv_heads * shape.head_dim), layers(shape.layers);
  joinAttention(model, doubling, value_dims, layers);
  Origins key_dims = value_dims;
  joinValuesBySize(model.values(), doubling, value_dims, key_dims, layers);
  joinKeysBySize(model.keys(), shape, key_dims);
  doubling.value_dims = numberDims(model, role::kValue, std::move(value_dims));
  doubling.key_dims = numberDims(model, role::kKey, std::move(key_dims));
  doubling.attention_groups = groups(layers, shape.layers);
  return doubling;
}

}  // namespace kindred::aligner
