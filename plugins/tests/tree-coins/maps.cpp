#include "maps.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace kindred::tree_coins {
namespace {

// Coordinates that stand for a wide stream, evenly spread: any of them are coins as good as all,
// and maps of very wide streams would take gigabytes. Empty: all.
arma::uvec standIns(std::uint64_t width) {
  if (width <= kMostCoordinates) return {};
  arma::uvec chosen(kMostCoordinates);
  for (arma::uword c = 0; c < chosen.n_elem; ++c) chosen[c] = c * width / kMostCoordinates;
  return chosen;
}

arma::fmat rowsOf(arma::fmat matrix, const arma::uvec& chosen) {
  return chosen.is_empty() ? matrix : arma::fmat(matrix.rows(chosen));
}

arma::fmat columnsOf(arma::fmat matrix, const arma::uvec& chosen) {
  return chosen.is_empty() ? matrix : arma::fmat(matrix.cols(chosen));
}

// A row-major matrix as it stands: a column holds a row.
arma::fmat rowsAsColumns(const Matrix& matrix) {
  return arma::fmat(matrix.values.data(), matrix.columns, matrix.rows);
}

// Numbers whose products of two stay finite.
bool isTame(const arma::fmat& values) {
  constexpr float kLargest = 1e12f;
  return values.is_finite() && (values.is_empty() || arma::abs(values).max() < kLargest);
}

// Empty where it was not read whole, or holds what no map can be made of.
arma::fmat wholeRows(const ModelWeights& weights, std::string_view role, const Place& place) {
  if (weights.rows(role, place) == 0 || !weights.whole(role, place)) return {};
  arma::fmat rows = rowsAsColumns(weights.matrix(role, place));
  return isTame(rows) ? rows : arma::fmat();
}

// Of unit length; empty where it tells nothing.
arma::fmat normalised(arma::fmat map) {
  map.diag().zeros();
  const double length = arma::norm(map, "fro");
  if (!std::isfinite(length) || length == 0) return {};
  return map / static_cast<float>(length);
}

// written x read: the sum over units of what a unit writes times what it reads.
arma::fmat product(arma::fmat writes, arma::fmat reads) {
  if (writes.is_empty() || reads.is_empty() || writes.n_rows != reads.n_cols) return {};
  if (writes.n_cols != reads.n_rows) return {};
  const arma::uvec chosen = standIns(writes.n_cols);
  writes = columnsOf(std::move(writes), chosen);
  reads = rowsOf(std::move(reads), chosen);
  return linear::innerProducts(writes, arma::fmat(reads.t()));
}

// Of all experts of a layer, or of none.
arma::fmat mlpMap(const ModelWeights& weights, std::int64_t layer) {
  arma::fmat sum;
  for (const Place& place : weights.mlps()) {
    if (place.layer != layer) continue;
    const arma::fmat map =
        product(wholeRows(weights, role::kDown, place), wholeRows(weights, role::kUp, place));
    if (map.is_empty()) return {};
    sum = sum.is_empty() ? map : arma::fmat(sum + map);
  }
  return sum;
}

// Each query head writes what the value head of its group reads.
arma::fmat attentionMap(const ModelWeights& weights, std::int64_t layer) {
  const Place place{layer, -1, false};
  const HeadShape shape = weights.shape().headsOf(layer);
  const arma::fmat writes = wholeRows(weights, role::kAttentionOutput, place);
  const arma::fmat values = wholeRows(weights, role::kValue, place);
  if (writes.is_empty() || values.is_empty() || shape.kv_heads == 0 || shape.heads == 0) return {};
  const arma::uword dim = values.n_cols / shape.kv_heads;
  if (writes.n_rows != dim * shape.heads) return {};
  arma::fmat reads(values.n_rows, writes.n_rows);
  for (std::uint64_t head = 0; head < shape.heads; ++head) {
    const std::uint64_t of_group = head * shape.kv_heads / shape.heads;
    reads.cols(head * dim, (head + 1) * dim - 1) =
        values.cols(of_group * dim, (of_group + 1) * dim - 1);
  }
  return product(writes, reads);
}

// How coordinates go together over tokens, without what all tokens have in common.
arma::fmat tokenMap(const ModelWeights& weights, std::string_view role,
                    const std::vector<std::uint32_t>& tokens) {
  if (tokens.size() < 2 || weights.rows(role, {}) == 0) return {};
  arma::fmat rows = rowsAsColumns(weights.matrix(role, {}, tokens));
  const arma::uvec chosen = standIns(rows.n_rows);
  rows = rowsOf(std::move(rows), chosen).t();
  if (!isTame(rows)) return {};
  rows.each_row() -= arma::frowvec(arma::mean(rows, 0));
  return linear::innerProducts(rows, rows);
}

// Layers so that any number of them is spread over the depth: 0, the middle, the quarters, ...
std::vector<std::int64_t> spreadLayers(std::uint64_t layers) {
  std::vector<std::int64_t> order(layers);
  for (std::size_t l = 0; l < layers; ++l) order[l] = static_cast<std::int64_t>(l);
  const auto turn = [](std::int64_t layer) {
    std::int64_t power = 1;
    while (layer > 0 && layer % (2 * power) == 0) power *= 2;
    return layer == 0 ? std::int64_t{1} << 40 : power;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t x, std::int64_t y) { return turn(x) > turn(y); });
  return order;
}

}  // namespace

std::vector<StreamMap> mapsOf(const ModelWeights& weights, const std::vector<std::uint32_t>& tokens,
                              std::uint64_t most) {
  std::vector<StreamMap> maps;
  std::uint64_t held = 0;
  const auto add = [&](StreamMap::Of of, std::int64_t layer, arma::fmat map) {
    if (map.is_empty()) return;
    map = normalised(std::move(map));
    if (map.is_empty()) return;
    held += map.n_elem;
    maps.push_back({of, layer, std::move(map)});
  };
  add(StreamMap::Of::embedding, -1, tokenMap(weights, role::kEmbedding, tokens));
  add(StreamMap::Of::output, -1, tokenMap(weights, role::kOutput, tokens));
  const std::uint64_t width = std::min<std::uint64_t>(weights.shape().hidden, kMostCoordinates);
  const std::uint64_t each = width * width;
  for (const std::int64_t layer : spreadLayers(weights.shape().layers)) {
    if (held + 2 * each > most) break;
    add(StreamMap::Of::mlp, layer, mlpMap(weights, layer));
    add(StreamMap::Of::attention, layer, attentionMap(weights, layer));
  }
  return maps;
}

double likeness(const arma::fmat& a, const arma::fmat& b) {
  const auto count = static_cast<double>(a.n_elem);
  double sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
  for (arma::uword i = 0; i < a.n_elem; ++i) {
    const double x = std::abs(double{a.at(i)}), y = std::abs(double{b.at(i)});
    sum_a += x;
    sum_b += y;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  const double both = (aa - sum_a * sum_a / count) * (bb - sum_b * sum_b / count);
  return both > 0 ? (ab - sum_a * sum_b / count) / std::sqrt(both) : 0;
}

}  // namespace kindred::tree_coins
