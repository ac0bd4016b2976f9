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

struct Head {
  std::int64_t layer = -1, number = -1;
  arma::uword first = 0, dim = 0;  // columns
};

std::vector<Head> eachHead(const AttentionRows& rows) {
  std::vector<Head> heads;
  for (const AttentionRows::Layer& layer : rows.layers) {
    for (arma::uword h = 0; h < layer.heads; ++h) {
      heads.push_back({layer.number, static_cast<std::int64_t>(h), layer.firstOf(h), layer.dim});
    }
  }
  return heads;
}

// How alike each head of A (a row) is to each of B (a column); kUnlike where they differ in size.
using Scores = arma::mat;
constexpr double kUnlike = -1;

// For each head of B the first of those of A that are most like it. Heads that A has none of the
// size of are left out.
std::vector<HeadMatch> bestHeads(const std::vector<Head>& a, const std::vector<Head>& b,
                                 const Scores& scores) {
  std::vector<HeadMatch> matches;
  for (std::size_t j = 0; j < b.size() && !a.empty(); ++j) {
    const arma::uword i = scores.col(j).index_max();
    if (scores(i, j) == kUnlike) continue;
    HeadMatch match;
    match.layer_a = a[i].layer;
    match.head_a = a[i].number;
    match.layer_b = b[j].layer;
    match.head_b = b[j].number;
    match.similarity = scores(i, j);
    matches.push_back(std::move(match));
  }
  return matches;
}

// How near the planes are that the rows of two heads span, blind to their signs and order; 1:
// equal.
std::vector<HeadMatch> byPlanes(const AttentionRows& a, const AttentionRows& b,
                                const arma::fmat& rotation) {
  const std::vector<Head> of_a = eachHead(a), of_b = eachHead(b);
  Scores scores(of_a.size(), of_b.size());
  scores.fill(kUnlike);
  arma::fmat cosines;
  for (std::size_t j = 0; j < of_b.size(); ++j) {
    for (std::size_t i = 0; i < of_a.size(); ++i) {
      const arma::uword dim = of_a[i].dim;
      if (dim != of_b[j].dim) continue;
      if (cosines.is_empty()) cosines = cosinesOf(a.columns, b.columns, rotation);
      double square = 0;
      for (arma::uword c = 0; c < dim; ++c) {
        const float* column = cosines.colptr(of_b[j].first + c) + of_a[i].first;
        square += linear::dot(column, column, dim);
      }
      scores(i, j) = std::sqrt(square / static_cast<double>(dim));
    }
  }
  return bestHeads(of_a, of_b, scores);
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

// By keys, dimension with dimension, in any turn of a rotary pair's plane: of all cosines of two
// heads two for each dimension, so like-numbered dimensions are multiplied with each other alone.
std::vector<HeadMatch> byKeys(const Profile& a, const Profile& b, const arma::fmat& rotation) {
  const ModelShape& shape = a.weights().shape();
  const std::vector<Head> of_a = eachHead(a.keys()), of_b = eachHead(b.keys());
  Scores scores(of_a.size(), of_b.size());
  scores.fill(kUnlike);
  std::map<std::pair<arma::uword, std::uint64_t>, std::vector<arma::uword>> alike;
  for (std::size_t i = 0; i < of_a.size(); ++i) {
    alike[{of_a[i].dim, shape.headsOf(of_a[i].layer).rotary_dim}].push_back(i);
  }
  for (const auto& [sizes, heads_a] : alike) {
    const auto& [dim, rotary] = sizes;
    std::vector<arma::uword> heads_b;
    for (std::size_t j = 0; j < of_b.size(); ++j) {
      if (of_b[j].dim == dim) heads_b.push_back(j);
    }
    if (dim == 0 || heads_b.empty()) continue;
    const std::size_t count = heads_b.size();
    arma::mat squares(heads_a.size(), count, arma::fill::zeros);
    for (arma::uword i = 0; i < dim; ++i) {
      std::vector<arma::uword> columns_a, columns_b;
      for (const arma::uword h : heads_a) columns_a.push_back(of_a[h].first + i);
      for (const arma::uword h : heads_b) columns_b.push_back(of_b[h].first + i);
      if (const arma::uword j = partner(shape, rotary, i); j != i && j < dim) {
        for (const arma::uword h : heads_b) columns_b.push_back(of_b[h].first + j);
      }
      const arma::fmat cosines = cosinesOf(a.keys().columns.cols(arma::uvec(columns_a)),
                                           b.keys().columns.cols(arma::uvec(columns_b)), rotation);
      for (arma::uword c = 0; c < cosines.n_cols; ++c) {
        squares.col(c % count) += arma::square(arma::conv_to<arma::vec>::from(cosines.col(c)));
      }
    }
    scores(arma::uvec(heads_a), arma::uvec(heads_b)) =
        arma::sqrt(squares / static_cast<double>(dim));
  }
  return bestHeads(of_a, of_b, scores);
}

}  // namespace

HeadPairs pairHeads(const Profile& a, const Profile& b, const arma::fmat& rotation) {
  return {byKeys(a, b, rotation), byPlanes(a.values(), b.values(), rotation)};
}

std::vector<HeadMatch> matchHeadsForValues(const Profile& a, const Profile& b,
                                           const HeadPairs& pairs, const arma::fmat& rotation) {
  std::vector<HeadMatch> best;
  double most = -1;
  std::array candidates{pairs.by_keys, pairs.by_planes};
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
  const std::vector<HeadMatch> matches = byPlanes(a.values(), b.valueProbes(), rotation);
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

std::vector<HeadMatch> matchHeadsForKeys(const Profile& a, const Profile& b, const HeadPairs& pairs,
                                         const arma::fmat& rotation) {
  const ModelShape& shape = a.weights().shape();
  std::vector<HeadMatch> best;
  double most = -1;
  std::array candidates{pairs.by_planes, pairs.by_keys};
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
