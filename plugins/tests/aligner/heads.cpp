#include "heads.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <kindred/analysis/linear/matching.hpp>

namespace kindred::aligner {
namespace {

using linear::innerProducts;
using linear::rotated;

// The cosines of A's columns in B's residual stream with B's. The side with fewer columns is
// turned.
arma::fmat cosinesOf(const arma::fmat& a, const arma::fmat& b, const arma::fmat& rotation) {
  if (rotation.is_empty() || a.n_cols <= b.n_cols) return innerProducts(rotated(a, rotation), b);
  return innerProducts(a, arma::fmat(rotation * b));
}

// How near the planes are that the rows of two heads span, 1: equal.
double nearnessOfPlanes(const arma::fmat& block, std::int64_t) {
  return static_cast<double>(arma::norm(block, "fro")) /
         std::sqrt(static_cast<double>(block.n_rows));
}

// For each head of B the head of A of its size with the greatest score(block of cosines, A's rows
// by B's; A's layer). Heads that A has none of the size of are left out.
template <class Score>
std::vector<HeadMatch> bestHeads(const AttentionRows& a, const AttentionRows& b,
                                 const arma::fmat& rotation, Score&& score) {
  std::vector<HeadMatch> matches;
  const auto like = [&](const AttentionRows::Layer& of_b) {
    return std::any_of(a.layers.begin(), a.layers.end(),
                       [&](const AttentionRows::Layer& of_a) { return of_a.dim == of_b.dim; });
  };
  if (a.columns.is_empty() || !std::any_of(b.layers.begin(), b.layers.end(), like)) return matches;
  const arma::fmat cosines = cosinesOf(a.columns, b.columns, rotation);
  for (const AttentionRows::Layer& of_b : b.layers) {
    if (!like(of_b)) continue;
    for (arma::uword hb = 0; hb < of_b.heads; ++hb) {
      HeadMatch match;
      match.similarity = -1;
      match.layer_b = of_b.number;
      match.head_b = static_cast<std::int64_t>(hb);
      for (const AttentionRows::Layer& of_a : a.layers) {
        if (of_a.dim != of_b.dim) continue;
        for (arma::uword ha = 0; ha < of_a.heads; ++ha) {
          const double similarity =
              score(arma::fmat(cosines.submat(of_a.firstOf(ha), of_b.firstOf(hb),
                                              arma::size(of_a.dim, of_b.dim))),
                    of_a.number);
          if (similarity <= match.similarity) continue;
          match.similarity = similarity;
          match.layer_a = of_a.number;
          match.head_a = static_cast<std::int64_t>(ha);
        }
      }
      matches.push_back(std::move(match));
    }
  }
  return matches;
}

// The other dimension of a rotary pair; the dimension itself outside the rotary part.
arma::uword partner(const ModelShape& shape, std::uint64_t rotary_dim, arma::uword dim) {
  if (dim >= rotary_dim) return dim;
  if (shape.rotary_interleaved) return dim ^ 1u;
  const arma::uword half = rotary_dim / 2;
  return dim < half ? dim + half : dim - half;
}

// One head's columns; empty where the layer lacks the role.
arma::fmat headColumns(const AttentionRows& rows, std::int64_t layer, std::int64_t head) {
  const AttentionRows::Layer* found = rows.find(layer);
  if (found == nullptr || static_cast<arma::uword>(head) >= found->heads) return {};
  const arma::uword first = found->firstOf(static_cast<arma::uword>(head));
  return rows.columns.cols(first, first + found->dim - 1);
}

// By keys, dimension with dimension, in any turn of a rotary pair's plane.
std::vector<HeadMatch> byKeys(const Profile& a, const Profile& b, const arma::fmat& rotation) {
  const ModelShape& shape = a.weights().shape();
  return bestHeads(a.keys(), b.keys(), rotation, [&](const arma::fmat& block, std::int64_t layer) {
    const std::uint64_t rotary = shape.headsOf(layer).rotary_dim;
    double sum = 0;
    for (arma::uword i = 0; i < block.n_rows; ++i) {
      const arma::uword j = partner(shape, rotary, i);
      sum += double{block(i, i)} * block(i, i);
      if (j != i) sum += double{block(i, j)} * block(i, j);
    }
    return std::sqrt(sum / static_cast<double>(block.n_rows));
  });
}

// By the planes that value rows span, blind to their signs and order.
std::vector<HeadMatch> byPlanes(const Profile& a, const Profile& b, const arma::fmat& rotation) {
  return bestHeads(a.values(), b.values(), rotation, nearnessOfPlanes);
}

}  // namespace

std::vector<HeadMatch> matchHeadsForValues(const Profile& a, const Profile& b,
                                           const arma::fmat& rotation) {
  std::vector<HeadMatch> best;
  double most = -1;
  std::array candidates{byKeys(a, b, rotation), byPlanes(a, b, rotation)};
  for (std::vector<HeadMatch>& matches : candidates) {
    double size = 0;
    for (HeadMatch& match : matches) {
      const arma::fmat of_a = headColumns(a.values(), match.layer_a, match.head_a);
      const arma::fmat of_b = headColumns(b.values(), match.layer_b, match.head_b);
      if (of_a.is_empty() || of_b.is_empty()) continue;
      const arma::fmat sizes = arma::abs(innerProducts(rotated(of_a, rotation), of_b));
      const linear::Matching matching = linear::assign(sizes);
      for (const auto& [i, j] : linear::pairsOf(matching)) size += sizes(i, j);
      match.dims = matching.a_of_b;
    }
    if (size <= most) continue;
    most = size;
    best = std::move(matches);
  }
  return best;
}

std::vector<HeadMatch> matchLayers(const std::map<std::int64_t, std::int64_t>& layer_of_b) {
  std::vector<HeadMatch> matches;
  for (const auto& [layer_b, layer_a] : layer_of_b) {
    HeadMatch match;
    match.layer_a = layer_a;
    match.layer_b = layer_b;
    matches.push_back(std::move(match));
  }
  return matches;
}

std::vector<HeadMatch> matchLatents(const Profile& a, const Profile& b, std::string_view role,
                                    const std::map<std::int64_t, std::int64_t>& layer_of_b,
                                    const arma::fmat& rotation) {
  std::vector<HeadMatch> matches;
  for (const auto& [layer_b, layer_a] : layer_of_b) {
    const Place place_a{layer_a, -1, false}, place_b{layer_b, -1, false};
    if (a.weights().rows(role, place_a) == 0 || b.weights().rows(role, place_b) == 0) continue;
    const arma::fmat cosines =
        innerProducts(rotated(linear::unitColumns(a.weights().matrix(role, place_a)), rotation),
                      linear::unitColumns(b.weights().matrix(role, place_b)));
    HeadMatch match;
    match.layer_a = layer_a;
    match.layer_b = layer_b;
    match.dims = linear::assign(arma::abs(cosines)).a_of_b;
    matches.push_back(std::move(match));
  }
  return matches;
}

double valueExcess(const Profile& a, const Profile& b, const arma::fmat& rotation) {
  const std::vector<HeadMatch> matches =
      bestHeads(a.values(), b.valueProbes(), rotation, nearnessOfPlanes);
  if (matches.empty()) return 0;
  // The squared cosines of a block of random directions sum to dim (dim / d), give or take
  // dim sqrt(2) / d; of n such blocks the largest is about sqrt(2 ln n) of that above.
  const double hidden = static_cast<double>(b.valueProbes().columns.n_rows);
  std::map<arma::uword, double> heads;  // of A, by their size
  for (const AttentionRows::Layer& layer : a.values().layers) {
    heads[layer.dim] += static_cast<double>(layer.heads);
  }
  double sum = 0;
  for (const HeadMatch& match : matches) {
    const arma::uword dim = a.values().find(match.layer_a)->dim;
    sum += match.similarity -
           std::sqrt((static_cast<double>(dim) + 2 * std::sqrt(std::log(heads.at(dim)))) / hidden);
  }
  return sum / static_cast<double>(matches.size());
}

std::vector<HeadMatch> matchHeadsForKeys(const Profile& a, const Profile& b,
                                         const arma::fmat& rotation) {
  const ModelShape& shape = a.weights().shape();
  std::vector<HeadMatch> best;
  double most = -1;
  std::array candidates{byPlanes(a, b, rotation), byKeys(a, b, rotation)};
  for (std::vector<HeadMatch>& matches : candidates) {
    double size = 0;
    for (HeadMatch& match : matches) {
      const arma::fmat of_a = headColumns(a.keys(), match.layer_a, match.head_a);
      const arma::fmat of_b = headColumns(b.keys(), match.layer_b, match.head_b);
      const HeadShape heads = shape.headsOf(match.layer_a);
      match.dims.resize(heads.key_dim);
      std::iota(match.dims.begin(), match.dims.end(), 0);
      if (of_a.is_empty() || of_b.is_empty()) continue;
      const arma::fmat turned = rotated(of_a, rotation);
      const auto along = [&](arma::uword i) {
        return linear::dot(turned.colptr(i), of_b.colptr(i), of_b.n_rows);
      };
      for (arma::uword i = 0; i < std::min(turned.n_cols, of_b.n_cols); ++i) {
        const arma::uword j = partner(shape, heads.rotary_dim, i);
        if (j >= i) size += std::abs(along(i) + (j > i ? along(j) : 0));
      }
    }
    if (size <= most) continue;
    most = size;
    best = std::move(matches);
  }
  return best;
}

}  // namespace kindred::aligner
