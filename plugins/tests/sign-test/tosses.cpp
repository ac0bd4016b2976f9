#include "tosses.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <vector>

#include <kindred/analysis/align/biases.hpp>
#include <kindred/analysis/align/origins.hpp>
#include <kindred/analysis/copies/copies.hpp>
#include <kindred/analysis/linear/linear.hpp>
#include <kindred/analysis/linear/matching.hpp>

#include "copied.hpp"
#include "turned.hpp"

namespace kindred::sign_test {
namespace {

using linear::dot;
using linear::rotated;
using linear::unitColumns;

// Rounding errors of integer formats with a zero point are at most about an eighth of a row's
// length at four bits; along another model's row they reach four standard deviations of that over
// the root of the width. Cosines within it could owe their sign to the format.
constexpr double kLatticeError = 0.5;

// One role's rows of a layer's attention as unit columns, A's in B's residual stream; where both
// models have biases, with these below.
class LayerRows {
 public:
  LayerRows(const ModelWeights& weights, std::string_view role, bool biases, arma::fmat rotation)
      : weights_(weights), role_(role), biases_(biases), rotation_(std::move(rotation)) {}

  // Null where the layer lacks the role.
  const arma::fmat* of(std::int64_t layer) {
    const auto [found, fresh] = layers_.try_emplace(layer);
    const Place place{layer, -1, false};
    if (fresh && weights_.rows(role_, place) > 0) found->second = read(place);
    return found->second.is_empty() ? nullptr : &found->second;
  }

 private:
  arma::fmat read(const Place& place) const {
    Matrix rows = weights_.matrix(role_, place);
    if (!biases_) return rotated(unitColumns(rows), rotation_);
    const arma::fmat columns =
        unitColumns(align::withBiases(weights_, role_, place, std::move(rows)));
    return arma::join_cols(rotated(columns.head_rows(columns.n_rows - 1), rotation_),
                           columns.tail_rows(1));
  }

  const ModelWeights& weights_;
  std::string_view role_;
  bool biases_;
  arma::fmat rotation_;
  std::map<std::int64_t, arma::fmat> layers_;
};

// One head's rows, or one layer's latents.
struct Block {
  const arma::fmat* columns = nullptr;
  std::uint64_t first = 0, count = 0;
  std::int64_t layer = -1, head = -1;

  arma::fmat values() const { return columns->cols(first, first + count - 1); }
};

// The cosines of rows of B's blocks with those of another block of A than the one each was matched
// with: `cosines` adds those of a block of A with one of B.
template <class Cosines>
void addOthers(const std::vector<std::pair<Block, Block>>& matched, align::Sizes& sizes,
               Cosines&& cosines) {
  for (std::size_t k = 0; k < matched.size(); ++k) {
    const auto& [own, of_b] = matched[k];
    for (std::size_t step = 1; step < matched.size(); ++step) {
      const Block& other = matched[(k + step) % matched.size()].first;
      if (other.layer == own.layer && other.head == own.head) continue;
      cosines(other, of_b, sizes);
      break;
    }
  }
}

// Dimensions in any order: paired by absolute cosines, as the aligner does.
void addAssigned(const Block& a, const Block& b, align::Sizes& sizes) {
  const arma::fmat products = linear::innerProducts(a.values(), b.values());
  for (const auto& [i, j] : linear::pairsOf(linear::assign(arma::abs(products)))) {
    sizes.others.push_back(products(i, j));
  }
  addTurned(products, sizes);
}

// Calls toss(match, A's head, B's head). Then tells sizes what heads come to that were not matched.
template <class Toss, class Cosines>
void forEachHead(const MatrixTask& task, std::string_view role, align::Sizes& sizes, Toss&& toss,
                 Cosines&& cosines) {
  std::vector<std::pair<Block, Block>> matched;
  const bool biases =
      align::hasBiases(task.a.weights(), role) && align::hasBiases(task.b.weights(), role);
  LayerRows of_a(task.a.weights(), role, biases, linear::matrixOf(task.alignment.rotation));
  LayerRows of_b(task.b.weights(), role, biases, {});
  for (const HeadMatch& match : task.alignment.heads) {
    const arma::fmat* a = of_a.of(match.layer_a);
    const arma::fmat* b = of_b.of(match.layer_b);
    if (a == nullptr || b == nullptr || a->n_rows != b->n_rows) continue;
    const std::uint64_t dim_a = headDim(task.a.weights().shape().headsOf(match.layer_a), role);
    const std::uint64_t dim_b = headDim(task.b.weights().shape().headsOf(match.layer_b), role);
    const std::uint64_t first_a = static_cast<std::uint64_t>(match.head_a) * dim_a;
    const std::uint64_t first_b = static_cast<std::uint64_t>(match.head_b) * dim_b;
    if (first_a + dim_a > a->n_cols || first_b + dim_b > b->n_cols) continue;
    matched.push_back({{a, first_a, dim_a, match.layer_a, match.head_a},
                       {b, first_b, dim_b, match.layer_b, match.head_b}});
    toss(match, matched.back().first, matched.back().second);
    sizes.width = a->n_rows;
  }
  addOthers(matched, sizes, cosines);
}

// Key rows are matched by dimension: equal positions turn equal dimensions. What of a key turns;
// none: it is not the same of both.
std::optional<HeadShape> sameKeys(const MatrixTask& task, std::int64_t layer_a,
                                  std::int64_t layer_b) {
  const ModelShape &a = task.a.weights().shape(), &b = task.b.weights().shape();
  const HeadShape of_a = a.headsOf(layer_a), of_b = b.headsOf(layer_b);
  if (of_a.key_dim != of_b.key_dim || of_a.rotary_dim != of_b.rotary_dim) return std::nullopt;
  if (a.rotary_interleaved != b.rotary_interleaved) return std::nullopt;
  return of_a;
}

// The origin of each row of a latent, by layer: layers whose latents are copies of each other (an
// up-scaled depth), and rows that are, share their coins; so do the two rows of a rotary pair,
// where rows are pairs. Joined by the sign test between layers, corrected for the number of pairs,
// and by size. A false join costs a little power and never exactness.
enum class Units { rows, pairs };
std::map<std::int64_t, std::vector<std::uint32_t>> latentOrigins(const ModelWeights& weights,
                                                                 std::string_view role,
                                                                 Units units) {
  std::vector<arma::fmat> layers;
  std::vector<copies::Part> parts;
  std::vector<std::vector<std::uint32_t>> repeats;
  arma::uword count = 0;
  for (std::uint64_t l = 0; l < weights.shape().layers; ++l) {
    const Place place{static_cast<std::int64_t>(l), -1, false};
    if (weights.rows(role, place) == 0) continue;
    const Matrix matrix = weights.matrix(role, place);
    if (!layers.empty() && matrix.columns != layers.front().n_rows) continue;
    layers.push_back(unitColumns(matrix));
    repeats.push_back(align::repeatedRows(matrix));
    parts.push_back({place.layer, 0, count, layers.back().n_cols});
    count += parts.back().count;
  }
  std::map<std::int64_t, std::vector<std::uint32_t>> numbers;
  if (parts.empty()) return numbers;
  arma::fmat columns(layers.front().n_rows, count);
  align::Origins origins(count);
  for (std::size_t p = 0; p < parts.size(); ++p) {
    columns.cols(parts[p].first, parts[p].first + parts[p].count - 1) = layers[p];
    for (std::uint32_t i = 0; i < repeats[p].size(); ++i) {
      if (repeats[p][i] == kNoOrigin) continue;
      origins.join(static_cast<std::uint32_t>(parts[p].first) + i,
                   static_cast<std::uint32_t>(parts[p].first) + repeats[p][i]);
    }
  }
  const std::size_t pairs = parts.size() * (parts.size() - 1) / 2;
  for (std::size_t y = 1; y < parts.size(); ++y) {
    for (std::size_t x = 0; x < y; ++x) {
      if (!areCopies(layers[x], layers[y], pairs)) continue;
      const arma::uword rows = std::min(parts[x].count, parts[y].count);
      for (arma::uword i = 0; i < rows; ++i) {
        origins.join(static_cast<std::uint32_t>(parts[x].column(i)),
                     static_cast<std::uint32_t>(parts[y].column(i)));
      }
    }
  }
  const copies::Roles roles{&columns};
  // Keys of equal frequency are alike without copies too, a little: their numbers say nothing.
  if (units == Units::rows) copies::joinLikeNumbered(roles, parts, origins);
  copies::joinAlike(roles, origins,
                    units == Units::rows ? copies::Usual::bounded : copies::Usual::median);
  for (const copies::Part& part : parts) {
    for (std::uint64_t p = 0; units == Units::pairs && p < part.count / 2; ++p) {
      const auto row = [&](std::uint64_t i) {
        return static_cast<std::uint32_t>(part.column(static_cast<arma::uword>(i)));
      };
      origins.join(row(firstOfPair(weights.shape(), p)),
                   row(secondOfPair(weights.shape(), p, part.count)));
    }
  }
  for (std::size_t p = 0; p < parts.size(); ++p) {
    std::vector<std::uint32_t>& of_layer = numbers[parts[p].layer];
    for (std::uint32_t i = 0; i < repeats[p].size(); ++i) {
      of_layer.push_back(repeats[p][i] == kNoOrigin
                             ? kNoOrigin
                             : origins.find(static_cast<std::uint32_t>(parts[p].first) + i));
    }
  }
  return numbers;
}

// A role's rows of shared tokens, turned: a column for each coordinate. A's may be left out for
// what A's null leaves as likely as with them: sizes, and signs that are all equal; B's for
// anything.
struct Columns {
  arma::fmat a, b;
};

Columns sharedColumns(const MatrixTask& task, std::string_view role) {
  Columns columns;
  if (task.a.weights().rows(role, {}) == 0 || task.b.weights().rows(role, {}) == 0) return columns;
  std::vector<std::uint32_t> of_a, of_b;
  for (const TokenPair& token : task.alignment.tokens) {
    of_a.push_back(token.a);
    of_b.push_back(token.b);
  }
  if (of_a.empty()) return columns;
  const Matrix a = task.a.weights().matrix(role, {}, of_a);
  const Matrix b = task.b.weights().matrix(role, {}, of_b);
  if (a.columns != b.columns) return columns;
  std::vector<arma::uword> telling;
  for (std::uint64_t t = 0; t < a.rows; ++t) {
    const float *row_a = a.values.data() + t * a.columns, *row_b = b.values.data() + t * b.columns;
    if (align::isTelling(row_a, a.columns) && align::isTelling(row_b, b.columns) &&
        !align::isOneSided(row_b, b.columns)) {
      telling.push_back(t);
    }
  }
  if (telling.empty()) return columns;
  // Each token's row counts alike.
  const arma::uvec chosen(telling);
  columns.a = unitColumns(a).cols(chosen).t();
  columns.b = unitColumns(b).cols(chosen).t();
  return columns;
}

void tossColumns(const Columns& columns, Tosses& tosses) {
  const auto &a = columns.a, &b = columns.b;
  const auto cosine = [&](arma::uword c, arma::uword other) {
    return dot(a.colptr(c), b.colptr(other), a.n_rows) /
           std::sqrt(dot(a.colptr(c), a.colptr(c), a.n_rows) *
                     dot(b.colptr(other), b.colptr(other), b.n_rows));
  };
  tosses.sizes.width = a.n_rows;
  for (arma::uword c = 0; c < a.n_cols; ++c) {
    if (a.col(c).min() == a.col(c).max()) continue;
    const double own = cosine(c, c), other = cosine(c, (c + (a.n_cols + 1) / 2) % a.n_cols);
    tosses.add(tosses.origins[c], own);
    if (std::isfinite(other)) tosses.sizes.others.push_back(other);
  }
}

// At most so many tokens, evenly spread; columns of length 1, without what they have in common.
arma::fmat centredColumns(const arma::fmat& columns) {
  constexpr arma::uword kTokens = 1024;
  const arma::uword count = std::min(kTokens, columns.n_rows);
  arma::uvec chosen(count);
  for (arma::uword t = 0; t < count; ++t) chosen[t] = t * columns.n_rows / count;
  arma::fmat centred = columns.rows(chosen);
  centred.each_row() -= arma::frowvec(arma::mean(centred, 0));
  for (arma::uword c = 0; c < centred.n_cols; ++c) {
    float* column = centred.colptr(c);
    const double length = std::sqrt(dot(column, column, count));
    if (length > 0) centred.col(c) /= static_cast<float>(length);
  }
  return centred;
}

// Coordinates of A that are copies of each other (a cloned hidden width) are one coin.
std::vector<std::uint32_t> coordinateOrigins(const std::vector<Columns>& all) {
  std::vector<arma::fmat> centred;
  for (const Columns& columns : all) centred.push_back(centredColumns(columns.a));
  copies::Roles roles;
  for (const arma::fmat& columns : centred) roles.push_back(&columns);
  const arma::uword count = roles.front()->n_cols;
  align::Origins origins(count);
  copies::joinTiles(roles, {{0, 0, 0, count}}, origins);
  copies::joinAlike(roles, origins, copies::Usual::median);
  std::vector<std::uint32_t> numbers(count);
  for (std::uint32_t c = 0; c < count; ++c) numbers[c] = origins.find(c);
  return numbers;
}

}  // namespace

void Tosses::add(std::uint32_t origin, double cosine, std::int64_t layer, int times) {
  coins.add(origin, times * cosine, layer);
  if (!std::isfinite(cosine)) return;
  sizes.matched.push_back(cosine);
  layers.push_back(layer);
}

std::optional<Likeness> likenessOfLayer(const Tosses& tosses, std::int64_t layer) {
  align::Sizes sizes = tosses.sizes;
  sizes.matched.clear();
  for (std::size_t k = 0; k < tosses.layers.size(); ++k) {
    if (tosses.layers[k] == layer) sizes.matched.push_back(tosses.sizes.matched[k]);
  }
  return align::likenessOf(sizes);
}

double coinThreshold(const MatrixTask& task, std::string_view role, const Place& place,
                     std::uint64_t width, std::string& note) {
  const std::string asymmetry = task.a.weights().asymmetry(role, place);
  if (asymmetry.empty()) return 0;
  note = "cosines near zero are no coins: " + asymmetry;
  return kLatticeError / std::sqrt(static_cast<double>(width));
}

Tosses tossUnits(const MatrixTask& task) {
  Tosses tosses;
  const ModelWeights& a = task.a.weights();
  const std::vector<Place>& places = a.mlps();
  if (!places.empty()) {
    tosses.coins = align::Coins(coinThreshold(task, role::kUp, places.front(),
                                              task.a.weights().shape().hidden, tosses.note));
  }
  const arma::fmat rotation = linear::matrixOf(task.alignment.rotation);
  std::map<Place, arma::fmat> ups;  // of A, in B's residual stream
  for (const MlpMatch& match : task.alignment.mlps) {
    const auto [found, fresh] = ups.try_emplace(match.a);
    if (fresh) found->second = rotated(unitColumns(a.matrix(role::kUp, match.a)), rotation);
    const arma::fmat& of_a = found->second;
    const arma::fmat of_b = unitColumns(task.b.weights().matrix(role::kUp, match.b));
    if (of_a.is_empty() || of_b.is_empty()) continue;  // an MLP without a gate has no up rows
    const auto mlp =
        static_cast<std::size_t>(std::find(places.begin(), places.end(), match.a) - places.begin());
    const std::vector<std::uint32_t>& origins = task.a.doubling().units[mlp];
    tosses.sizes.width = of_a.n_rows;
    const auto cosine = [&](std::size_t i, std::size_t j) {
      return dot(of_a.colptr(i), of_b.colptr(j), of_a.n_rows);
    };
    const std::size_t units = match.units.size();
    for (std::size_t j = 0; j < units; ++j) {
      if (match.units[j] < 0) continue;
      const auto i = static_cast<std::size_t>(match.units[j]);
      if (origins[i] == kNoOrigin) continue;
      tosses.add(origins[i], cosine(i, j), match.a.layer);
      const std::int32_t other = match.units[(j + (units + 1) / 2) % units];
      if (other < 0 || static_cast<std::size_t>(other) == i) continue;
      tosses.sizes.others.push_back(cosine(static_cast<std::size_t>(other), j));
    }
  }
  return tosses;
}

Tosses tossValues(const MatrixTask& task) {
  Tosses tosses;
  const ModelShape& shape = task.a.weights().shape();
  const std::vector<std::uint32_t>& origins = task.a.doubling().value_dims;
  tosses.coins = align::Coins(coinThreshold(task, role::kValue, {0, -1, false},
                                            task.a.weights().shape().hidden, tosses.note));
  const auto toss = [&](const HeadMatch& match, const Block& a, const Block& b) {
    for (std::size_t j = 0; j < match.dims.size(); ++j) {
      if (match.dims[j] < 0) continue;
      const auto i = static_cast<std::uint64_t>(match.dims[j]);
      const double cosine =
          dot(a.columns->colptr(a.first + i), b.columns->colptr(b.first + j), a.columns->n_rows);
      tosses.add(origins[attentionDim(shape, match.layer_a, match.head_a, i)], cosine,
                 match.layer_a);
    }
  };
  tosses.sizes.chosen = true;
  forEachHead(task, role::kValue, tosses.sizes, toss, addAssigned);
  return tosses;
}

namespace {

// The mean cosine of the two rows of a rotary pair: of the rows one after the other, which are of
// length one each and together of the root of two.
double cosineOfPair(const ModelShape& shape, std::uint64_t pair, std::uint64_t dim, const Block& a,
                    const Block& b) {
  const std::uint64_t i = firstOfPair(shape, pair), j = secondOfPair(shape, pair, dim);
  const arma::uword width = a.columns->n_rows;
  return 0.5 * (dot(a.columns->colptr(a.first + i), b.columns->colptr(b.first + i), width) +
                dot(a.columns->colptr(a.first + j), b.columns->colptr(b.first + j), width));
}

}  // namespace

Tosses tossRotaryPairs(const MatrixTask& task) {
  Tosses tosses;
  const ModelShape& shape = task.a.weights().shape();
  const std::vector<std::uint32_t>& origins = task.a.doubling().key_dims;
  tosses.coins =
      align::Coins(coinThreshold(task, role::kKey, {0, -1, false}, shape.hidden, tosses.note));
  forEachHead(
      task, role::kKey, tosses.sizes,
      [&](const HeadMatch& match, const Block& a, const Block& b) {
        const auto keys = sameKeys(task, match.layer_a, match.layer_b);
        for (std::uint64_t p = 0; keys && p < keys->rotary_dim / 2; ++p) {
          const double both = cosineOfPair(shape, p, keys->rotary_dim, a, b);
          const std::uint64_t first = firstOfPair(shape, p);
          tosses.add(origins[attentionDim(shape, match.layer_a, match.head_a, first)], both,
                     match.layer_a, 2);
        }
      },
      [&](const Block& a, const Block& b, align::Sizes& sizes) {
        const auto keys = sameKeys(task, a.layer, b.layer);
        for (std::uint64_t p = 0; keys && p < keys->rotary_dim / 2; ++p) {
          sizes.others.push_back(cosineOfPair(shape, p, keys->rotary_dim, a, b));
        }
      });
  tosses.sizes.width *= 2;
  return tosses;
}

Tosses tossRotaryFree(const MatrixTask& task) {
  Tosses tosses;
  const ModelShape& shape = task.a.weights().shape();
  const std::vector<std::uint32_t>& origins = task.a.doubling().key_dims;
  tosses.coins =
      align::Coins(coinThreshold(task, role::kKey, {0, -1, false}, shape.hidden, tosses.note));
  forEachHead(
      task, role::kKey, tosses.sizes,
      [&](const HeadMatch& match, const Block& a, const Block& b) {
        const auto keys = sameKeys(task, match.layer_a, match.layer_b);
        if (!keys) return;
        for (std::uint64_t i = keys->rotary_dim; i < keys->key_dim; ++i) {
          const double cosine = dot(a.columns->colptr(a.first + i), b.columns->colptr(b.first + i),
                                    a.columns->n_rows);
          tosses.add(origins[attentionDim(shape, match.layer_a, match.head_a, i)], cosine,
                     match.layer_a);
        }
      },
      [&](const Block& a, const Block& b, align::Sizes& sizes) {
        const auto keys = sameKeys(task, a.layer, b.layer);
        if (!keys || keys->key_dim <= keys->rotary_dim) return;
        const arma::uword first = keys->rotary_dim, count = keys->key_dim - first;
        const arma::fmat products = linear::innerProducts(
            a.values().cols(first, first + count - 1), b.values().cols(first, first + count - 1));
        for (arma::uword i = 0; i < count; ++i) sizes.others.push_back(products(i, i));
        addTurned(products, sizes);
      });
  return tosses;
}

Tosses tossSharedKeys(const MatrixTask& task) {
  Tosses tosses;
  const ModelShape& shape = task.a.weights().shape();
  if (shape.rotary_interleaved != task.b.weights().shape().rotary_interleaved) return tosses;
  const std::vector<HeadMatch>& layers = task.alignment.heads;
  if (layers.empty()) return tosses;
  LayerRows of_a(task.a.weights(), role::kSharedKey, false,
                 linear::matrixOf(task.alignment.rotation));
  LayerRows of_b(task.b.weights(), role::kSharedKey, false, {});
  tosses.coins = align::Coins(coinThreshold(
      task, role::kSharedKey, {layers.front().layer_a, -1, false}, shape.hidden, tosses.note));
  const auto origins = latentOrigins(task.a.weights(), role::kSharedKey, Units::pairs);
  for (const auto& [layer, rows] : origins) {
    for (std::uint64_t p = 0; p < rows.size() / 2; ++p) {
      tosses.origins.push_back(rows[firstOfPair(shape, p)]);
    }
  }
  std::vector<std::pair<Block, Block>> matched;
  for (const HeadMatch& match : layers) {
    const arma::fmat* a = of_a.of(match.layer_a);
    const arma::fmat* b = of_b.of(match.layer_b);
    if (a == nullptr || b == nullptr || arma::size(*a) != arma::size(*b)) continue;
    const auto known = origins.find(match.layer_a);
    if (known == origins.end()) continue;
    const std::uint64_t dim = a->n_cols;
    matched.push_back({{a, 0, dim, match.layer_a, -1}, {b, 0, dim, match.layer_b, -1}});
    tosses.sizes.width = 2 * a->n_rows;
    for (std::uint64_t p = 0; p < dim / 2; ++p) {
      const double both = cosineOfPair(shape, p, dim, matched.back().first, matched.back().second);
      tosses.add(known->second[firstOfPair(shape, p)], both, match.layer_a, 2);
    }
  }
  addOthers(matched, tosses.sizes, [&](const Block& a, const Block& b, align::Sizes& sizes) {
    for (std::uint64_t p = 0; a.count == b.count && p < a.count / 2; ++p) {
      sizes.others.push_back(cosineOfPair(shape, p, a.count, a, b));
    }
  });
  return tosses;
}

Tosses tossLatents(const MatrixTask& task) {
  Tosses tosses;
  const std::string_view role = task.use.role;
  LayerRows of_a(task.a.weights(), role, false, linear::matrixOf(task.alignment.rotation));
  LayerRows of_b(task.b.weights(), role, false, {});
  if (task.alignment.heads.empty()) return tosses;
  tosses.coins =
      align::Coins(coinThreshold(task, role, {task.alignment.heads.front().layer_a, -1, false},
                                 task.a.weights().shape().hidden, tosses.note));
  const auto origins = latentOrigins(task.a.weights(), role, Units::rows);
  for (const auto& [layer, rows] : origins) {
    tosses.origins.insert(tosses.origins.end(), rows.begin(), rows.end());
  }
  std::vector<std::pair<Block, Block>> matched;
  for (const HeadMatch& match : task.alignment.heads) {
    const arma::fmat* a = of_a.of(match.layer_a);
    const arma::fmat* b = of_b.of(match.layer_b);
    if (a == nullptr || b == nullptr || a->n_rows != b->n_rows) continue;
    const auto known = origins.find(match.layer_a);
    if (known == origins.end()) continue;
    matched.push_back({{a, 0, a->n_cols, match.layer_a, -1}, {b, 0, b->n_cols, match.layer_b, -1}});
    tosses.sizes.width = a->n_rows;
    for (std::size_t j = 0; j < std::min<std::size_t>(match.dims.size(), b->n_cols); ++j) {
      if (match.dims[j] < 0 || static_cast<arma::uword>(match.dims[j]) >= a->n_cols) continue;
      const auto i = static_cast<std::size_t>(match.dims[j]);
      if (known->second[i] == kNoOrigin) continue;
      const double cosine = dot(a->colptr(i), b->colptr(j), a->n_rows);
      tosses.add(known->second[i], cosine, match.layer_a);
    }
  }
  tosses.sizes.chosen = true;
  addOthers(matched, tosses.sizes, addAssigned);
  return tosses;
}

// The mean cosine of coordinates (columns of the embedding, one of each token) that a rotation of
// strangers' streams, chosen to fit, may reach: 8 / (3 pi) sqrt(coordinates / tokens) for random
// columns (the quarter-circle law of singular values); and models of one language are alike up to a
// rotation, how much so nobody can say beforehand.
double turnedStream(const MatrixTask& task) {
  constexpr double kOfOneLanguage = 0.5;
  const auto tokens = static_cast<double>(std::max(task.a.weights().rows(role::kEmbedding, {}),
                                                   task.a.weights().rows(role::kOutput, {})));
  const auto coordinates = static_cast<double>(task.a.weights().shape().hidden);
  const double random = 8 / (3 * std::numbers::pi) * std::sqrt(coordinates / tokens);
  return std::min(1.0, std::max(random, kOfOneLanguage));
}

Tosses tossResidual(const MatrixTask& task) {
  Tosses tosses;
  tosses.coins = align::Coins(
      coinThreshold(task, role::kEmbedding, {}, task.a.weights().shape().hidden, tosses.note));
  std::vector<Columns> all;
  for (const std::string_view role : {role::kEmbedding, role::kOutput}) {
    Columns columns = sharedColumns(task, role);
    if (!columns.a.is_empty()) all.push_back(std::move(columns));
  }
  if (all.empty()) return tosses;
  tosses.origins = coordinateOrigins(all);
  for (const Columns& columns : all) tossColumns(columns, tosses);
  tosses.sizes.turned = {turnedStream(task)};
  return tosses;
}

}  // namespace kindred::sign_test
