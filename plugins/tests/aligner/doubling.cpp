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
// Units of an MLP that say whether it may be a copy of another, and the p-value that asks for all.
constexpr arma::uword kScreened = 384, kAllUnits = ~arma::uword{0};
constexpr double kLog10Worth = -1;

// Units of two MLPs that are each other's nearest by their gates, and how the signs of the cosines
// of their up rows fall.
struct SignsOfUps {
  linear::Pairs pairs;
  align::SignCount signs;
  double log10_p = 0;
};

// Of at most so many units of each, evenly spread.
SignsOfUps signsOfUps(const Profile& model, const Doubling& doubling, std::size_t x, std::size_t y,
                      arma::uword most) {
  const arma::uvec of_x = linear::spread(model.units(x), most),
                   of_y = linear::spread(model.units(y), most);
  const arma::fmat& ups = model.allUps();
  SignsOfUps found;
  align::Coins coins;
  for (const auto& [at_x, at_y] : linear::mutualBest(
           linear::innerProducts(model.gates(x).cols(of_x), model.gates(y).cols(of_y)))) {
    const arma::uword i = of_x[at_x], j = of_y[at_y];
    found.pairs.emplace_back(i, j);
    coins.add(doubling.units[x][i], linear::dot(ups.colptr(model.firstUnit(x) + i),
                                                ups.colptr(model.firstUnit(y) + j), ups.n_rows));
  }
  found.signs = coins.count();
  found.log10_p = stats::binomialTail(found.signs.coins, found.signs.heads);
  return found;
}

// Joins the MLPs, and their units, where these signs agree.
void joinMlpsBySigns(const Profile& model, Doubling& doubling, Origins& units, Origins& mlps) {
  const std::size_t count = model.mlps();
  const double tests = 0.5 * static_cast<double>(count) * static_cast<double>(count - 1);
  for (std::size_t x = 0; x < count; ++x) {
    for (std::size_t y = x + 1; y < count; ++y) {
      // Where MLPs are large a sample says whether a look at all units is worth its time.
      const bool large = std::min(model.units(x), model.units(y)) > kScreened;
      if (large && signsOfUps(model, doubling, x, y, kScreened).log10_p > kLog10Worth) continue;
      const SignsOfUps found = signsOfUps(model, doubling, x, y, kAllUnits);
      if (found.log10_p + std::log10(tests) > kLog10Alpha) continue;
      doubling.joins.push_back({.a = model.place(x),
                                .b = model.place(y),
                                .log10_p = found.log10_p,
                                .units = found.signs.coins});
      mlps.join(static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y));
      for (const auto& [i, j] : found.pairs) {
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
void joinUnitsBySize(const Profile& model, Doubling& doubling, Origins& units, Origins& mlps) {
  std::vector<copies::Part> parts;
  for (std::size_t m = 0; m < model.mlps(); ++m) {
    const Place& place = model.place(m);
    parts.push_back({place.layer, place.expert, model.firstUnit(m), model.units(m)});
  }
  const arma::fmat& ups = model.allUps();
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

std::vector<std::uint32_t> repeated(const arma::fmat& columns) {
  return align::repeatedRows(columns.memptr(), columns.n_cols, columns.n_rows);
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

// Where the columns of one layer's rows stand among all dimensions of the model's heads.
std::vector<std::uint32_t> dimsOf(const ModelShape& shape, const AttentionRows::Layer& layer) {
  std::vector<std::uint32_t> dims;
  for (arma::uword h = 0; h < layer.heads; ++h) {
    const std::size_t first = attentionDim(shape, layer.number, static_cast<std::int64_t>(h), 0);
    for (arma::uword i = 0; i < layer.dim; ++i) {
      dims.push_back(static_cast<std::uint32_t>(first + i));
    }
  }
  return dims;
}

std::vector<std::uint32_t> dimsOf(const ModelShape& shape, const AttentionRows& rows) {
  std::vector<std::uint32_t> dims;
  for (const AttentionRows::Layer& layer : rows.layers) {
    const std::vector<std::uint32_t> more = dimsOf(shape, layer);
    dims.insert(dims.end(), more.begin(), more.end());
  }
  return dims;
}

// Joins layers whose value rows of like heads agree in sign.
void joinAttention(const Profile& model, Doubling& doubling, Origins& dims, Origins& layers) {
  const AttentionRows& values = model.values();
  const ModelShape& shape = model.weights().shape();
  const std::size_t count = values.layers.size();
  const double tests = 0.5 * static_cast<double>(count) * static_cast<double>(count - 1);
  for (std::size_t x = 0; x < count; ++x) {
    for (std::size_t y = x + 1; y < count; ++y) {
      const AttentionRows::Layer &of_x = values.layers[x], &of_y = values.layers[y];
      if (of_x.heads != of_y.heads || of_x.dim != of_y.dim) continue;
      align::Coins coins;
      for (arma::uword i = 0; i < of_x.columns(); ++i) {
        coins.add(static_cast<std::uint32_t>(i),
                  linear::dot(values.columns.colptr(of_x.first + i),
                              values.columns.colptr(of_y.first + i), values.columns.n_rows));
      }
      const align::SignCount signs = coins.count();
      const double log10_p = stats::binomialTail(signs.coins, signs.heads);
      if (log10_p + std::log10(tests) > kLog10Alpha) continue;
      doubling.joins.push_back({.a = {of_x.number, -1, false},
                                .b = {of_y.number, -1, false},
                                .attention = true,
                                .log10_p = log10_p,
                                .units = signs.coins});
      layers.join(static_cast<std::uint32_t>(of_x.number), static_cast<std::uint32_t>(of_y.number));
      const std::vector<std::uint32_t> dims_x = dimsOf(shape, of_x), dims_y = dimsOf(shape, of_y);
      for (std::size_t i = 0; i < dims_x.size(); ++i) dims.join(dims_x[i], dims_y[i]);
    }
  }
}

std::vector<copies::Part> headsOf(const AttentionRows& rows) {
  std::vector<copies::Part> parts;
  for (const AttentionRows::Layer& layer : rows.layers) {
    for (arma::uword h = 0; h < layer.heads; ++h) {
      parts.push_back({layer.number, static_cast<std::int64_t>(h), layer.firstOf(h), layer.dim});
    }
  }
  return parts;
}

std::vector<copies::Part> layersOf(const AttentionRows& rows) {
  std::vector<copies::Part> parts;
  for (const AttentionRows::Layer& layer : rows.layers) {
    parts.push_back({layer.number, 0, layer.first, layer.columns()});
  }
  return parts;
}

// All rows of the keys of two heads.
void joinKeysOf(const ModelShape& shape, const copies::Part& x, const copies::Part& y,
                Origins& key_dims) {
  const std::uint64_t dim =
      std::min(shape.headsOf(x.layer).key_dim, shape.headsOf(y.layer).key_dim);
  const std::size_t first_x = attentionDim(shape, x.layer, x.number, 0);
  const std::size_t first_y = attentionDim(shape, y.layer, y.number, 0);
  for (std::uint64_t i = 0; i < dim; ++i) {
    key_dims.join(static_cast<std::uint32_t>(first_x + i), static_cast<std::uint32_t>(first_y + i));
  }
}

// Value rows that are alike, wherever they stand. Heads that are copies of each other have copied
// keys too.
void joinValuesBySize(const AttentionRows& values, const ModelShape& shape, Doubling& doubling,
                      Origins& value_dims, Origins& key_dims, Origins& layers) {
  if (values.columns.is_empty()) return;
  const copies::Roles roles{&values.columns};
  const std::vector<copies::Part> heads = headsOf(values);
  const std::vector<std::uint32_t> dims = dimsOf(shape, values);
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
    const auto layer_x = static_cast<std::uint32_t>(values.layers[x].number);
    const auto layer_y = static_cast<std::uint32_t>(values.layers[y].number);
    if (layers.find(layer_x) == layers.find(layer_y)) continue;
    layers.join(layer_x, layer_y);
    joined(layersOf(values)[x], layersOf(values)[y]);
  }
  for (const auto& [x, y] : copies::joinedParts(heads, columns)) {
    joinKeysOf(shape, heads[x], heads[y], key_dims);
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
  std::vector<arma::uword> first, second, free;
  for (const copies::Part& head : headsOf(keys)) {
    const std::uint64_t stated = shape.headsOf(head.layer).rotary_dim;
    const std::uint64_t rotary = std::min<std::uint64_t>(stated, head.count);
    for (std::uint64_t p = 0; p < rotary / 2; ++p) {
      first.push_back(head.first + firstOfPair(shape, p));
      second.push_back(head.first + secondOfPair(shape, p, rotary));
    }
    for (arma::uword i = rotary; i < head.count; ++i) free.push_back(head.first + i);
  }
  const std::vector<std::uint32_t> dims = dimsOf(shape, keys);
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
std::vector<std::uint32_t> numberDims(const Profile& model, const AttentionRows& of_role,
                                      Origins dims) {
  const ModelShape& shape = model.weights().shape();
  std::vector<std::uint32_t> origins(shape.layers * shape.kv_heads * shape.head_dim, kNoOrigin);
  for (const AttentionRows::Layer& layer : of_role.layers) {
    // Heads without the values that they should have are not tested.
    const bool has_values = shape.headsOf(layer.number).value_dim > 0;
    if (has_values && model.values().find(layer.number) == nullptr) continue;
    const std::vector<std::uint32_t> rows = align::repeatedRows(
        of_role.columns.colptr(layer.first), layer.columns(), of_role.columns.n_rows);
    const std::vector<std::uint32_t> numbers = dimsOf(shape, layer);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] == kNoOrigin) continue;
      dims.join(numbers[i], numbers[rows[i]]);
      origins[numbers[i]] = numbers[i];
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
  for (std::size_t m = 0; m < model.mlps(); ++m) {
    doubling.units.push_back(repeated(model.tossed(m)));
  }
  joinMlpsBySigns(model, doubling, units, mlps);
  joinUnitsBySize(model, doubling, units, mlps);
  numberUnits(model, doubling, units);
  doubling.mlp_groups = groups(mlps, model.mlps());

  const ModelShape& shape = model.weights().shape();
  Origins value_dims(shape.layers * shape.kv_heads * shape.head_dim), layers(shape.layers);
  joinAttention(model, doubling, value_dims, layers);
  Origins key_dims = value_dims;
  joinValuesBySize(model.values(), shape, doubling, value_dims, key_dims, layers);
  joinKeysBySize(model.keys(), shape, key_dims);
  doubling.value_dims = numberDims(model, model.values(), std::move(value_dims));
  doubling.key_dims = numberDims(model, model.keys(), std::move(key_dims));
  doubling.attention_groups = groups(layers, shape.layers);
  return doubling;
}

}  // namespace kindred::aligner
