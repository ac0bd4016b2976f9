#include "correspondence.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <kindred/analysis/exchange/heads.hpp>
#include <kindred/analysis/linear/matching.hpp>

namespace kindred::characterise {
namespace {

// Mean cosines of matched gates above what the best of random rows reach by this count as real.
// (Of the zoo, strangers stay below it by 0.27, neighbouring layers of one model by 0.09; after
// training on at full rate kin are above by 0.27.)
constexpr double kClear = 0.2;
// Of an MLP's units.
constexpr double kPart = 0.25;
// The mean squared cosine of a head's rows with those of its counterpart, at least.
constexpr double kFound = 0.5;
// A coordinate of one stream is one of the other where this much of its length lies there.
constexpr double kAxis = 0.9;
constexpr double kMost = 0.9;  // of the coordinates

MlpPair pairOf(const MatrixTask& task, const MlpMatch& match, const arma::fmat& rotation) {
  MlpPair pair;
  pair.match = &match;
  const arma::fmat a =
      linear::rotated(linear::unitColumns(task.a.weights().matrix(role::kGate, match.a)), rotation);
  const arma::fmat b = linear::unitColumns(task.b.weights().matrix(role::kGate, match.b));
  pair.units_a = a.n_cols;
  pair.units_b = b.n_cols;
  // The largest of n cosines of random directions is about sqrt(2 ln n / d).
  const double chance = std::sqrt(2 * std::log(static_cast<double>(pair.units_a) + 1) /
                                  static_cast<double>(b.n_rows));
  const double clear = std::min(chance + kClear, 0.9);
  double sum = 0;
  std::uint64_t same = 0;
  for (std::size_t j = 0; j < match.units.size(); ++j) {
    if (match.units[j] < 0) continue;
    const auto i = static_cast<arma::uword>(match.units[j]);
    const double cosine = linear::dot(a.colptr(i), b.colptr(j), b.n_rows);
    sum += cosine;
    pair.found += cosine > clear;
    same += i == j;
    ++pair.matched;
  }
  if (pair.matched == 0) return pair;
  const double matched = static_cast<double>(pair.matched);
  pair.cosine = sum / matched;
  pair.in_place = static_cast<double>(same) / matched;
  pair.real = pair.cosine > clear;
  pair.partly =
      !pair.real && static_cast<double>(pair.found) >= kPart * static_cast<double>(pair.units_b);
  return pair;
}

// Of each layer of B the layer of A that its most similar MLP stands in.
std::map<std::int64_t, std::int64_t> layersOf(const std::vector<MlpPair>& mlps) {
  std::map<std::int64_t, std::int64_t> layers;
  std::map<std::int64_t, double> best;
  for (const MlpPair& pair : mlps) {
    const std::int64_t layer = pair.match->b.layer;
    layers.try_emplace(layer, -1);
    if (!pair.real || pair.cosine <= best[layer]) continue;
    best[layer] = pair.cosine;
    layers[layer] = pair.match->a.layer;
  }
  return layers;
}

HeadMap headsOf(const MatrixTask& task, std::int64_t layer_a, std::int64_t layer_b) {
  HeadMap map;
  map.layer_a = layer_a;
  map.layer_b = layer_b;
  const arma::fmat keys = exchange::headOverlaps(task, role::kKey, layer_a, layer_b);
  const arma::fmat values = exchange::headOverlaps(task, role::kValue, layer_a, layer_b);
  if (keys.is_empty() || arma::size(keys) != arma::size(values)) return map;
  if (!keys.is_finite() || !values.is_finite()) return map;
  map.a_of_b = linear::assign(arma::fmat(keys + values)).a_of_b;
  std::vector<std::int32_t> numbers(map.a_of_b.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  map.in_place = map.a_of_b == numbers;
  double squares = 0;
  std::size_t matched = 0;
  for (std::size_t h = 0; h < map.a_of_b.size(); ++h) {
    if (map.a_of_b[h] < 0) continue;
    const auto i = static_cast<arma::uword>(map.a_of_b[h]);
    squares += 0.5 * (double{keys(i, h)} * keys(i, h) + double{values(i, h)} * values(i, h));
    ++matched;
  }
  // Of n rows in d dimensions by chance n n / d; each row found again adds its squared cosine.
  const HeadShape heads = task.b.weights().shape().headsOf(layer_b);
  const auto of_key = static_cast<double>(heads.key_dim);
  const auto of_value = static_cast<double>(heads.value_dim);
  const double rows = 0.5 * (of_key + of_value);
  const double chance = 0.5 * (of_key * of_key + of_value * of_value) /
                        static_cast<double>(task.b.weights().shape().hidden);
  map.real = matched > 0 && squares / static_cast<double>(matched) > chance + kFound * rows;
  return map;
}

Stream streamOf(const Alignment& alignment) {
  if (alignment.rotation.found_by == "none") return Stream::same;
  const arma::fmat rotation = linear::matrixOf(alignment.rotation);
  if (rotation.is_empty()) return Stream::unknown;
  arma::uword kept = 0, axes = 0;
  for (arma::uword j = 0; j < rotation.n_cols; ++j) {
    const arma::fvec sizes = arma::abs(rotation.col(j));
    axes += sizes.max() > kAxis;
    kept += j < rotation.n_rows && rotation(j, j) > kAxis;
  }
  const double most = kMost * static_cast<double>(rotation.n_cols);
  if (static_cast<double>(kept) >= most) return Stream::same;
  return static_cast<double>(axes) >= most ? Stream::reordered : Stream::rotated;
}

}  // namespace

Correspondence correspondenceOf(const MatrixTask& task) {
  Correspondence found;
  const arma::fmat rotation = linear::matrixOf(task.alignment.rotation);
  for (const MlpMatch& match : task.alignment.mlps) {
    found.mlps.push_back(pairOf(task, match, rotation));
  }
  found.layers = layersOf(found.mlps);
  for (const auto& [layer_b, layer_a] : found.layers) {
    if (layer_a < 0) continue;
    HeadMap map = headsOf(task, layer_a, layer_b);
    if (!map.a_of_b.empty()) found.heads.push_back(std::move(map));
  }
  const bool any = std::any_of(found.mlps.begin(), found.mlps.end(),
                               [](const MlpPair& pair) { return pair.real; });
  if (any) found.stream = streamOf(task.alignment);
  return found;
}

}  // namespace kindred::characterise
