#include "coordinates.hpp"

#include <algorithm>
#include <cmath>

#include <kindred/analysis/copies/copies.hpp>
#include <kindred/analysis/linear/matching.hpp>

namespace kindred::tree_coins {
namespace {

constexpr double kClearly = 0.1;          // by which another order must be better
constexpr int kRounds = 3;                // of refining it
constexpr std::size_t kMapsToRefine = 8;  // that are looked at

using Maps = std::vector<std::pair<const StreamMap*, const StreamMap*>>;

bool sameKind(const StreamMap& x, const StreamMap& y) { return x.of == y.of; }

Maps mostAlike(const std::vector<StreamMap>& of_a, const std::vector<StreamMap>& of_b) {
  Maps maps;
  for (const StreamMap& b : of_b) {
    const StreamMap* best = nullptr;
    double most = -2;
    for (const StreamMap& a : of_a) {
      if (!sameKind(a, b)) continue;
      const double alike = likeness(a.values, b.values);
      if (alike <= most) continue;
      most = alike;
      best = &a;
    }
    if (best != nullptr) maps.emplace_back(best, &b);
  }
  return maps;
}

// Before coordinates are paired only their numbers tell which layers belong together.
Maps likeNumbered(const std::vector<StreamMap>& of_a, const std::vector<StreamMap>& of_b) {
  Maps maps;
  for (const StreamMap& b : of_b) {
    for (const StreamMap& a : of_a) {
      if (sameKind(a, b) && a.layer == b.layer) maps.emplace_back(&a, &b);
    }
  }
  return maps;
}

arma::frowvec standardised(const arma::frowvec& values) {
  const float deviation = arma::stddev(values);
  return deviation > 0 ? arma::frowvec((values - arma::mean(values)) / deviation) : values * 0;
}

// Lengths of rows and columns in each map: a feature a row, a coordinate a column.
arma::fmat features(const Maps& maps, bool of_a) {
  arma::fmat all(2 * maps.size(), maps.front().first->values.n_rows);
  for (std::size_t m = 0; m < maps.size(); ++m) {
    const arma::fmat square = arma::square((of_a ? maps[m].first : maps[m].second)->values);
    all.row(2 * m) = standardised(arma::log(arma::frowvec(arma::sum(square, 0)) + 1e-20f));
    all.row(2 * m + 1) = standardised(arma::log(arma::frowvec(arma::sum(square, 1).t()) + 1e-20f));
  }
  return all;
}

arma::uvec assigned(const arma::fmat& similarity) {
  const linear::Matching matching = linear::assign(similarity);
  arma::uvec order(similarity.n_cols);
  for (arma::uword j = 0; j < order.n_elem; ++j) {
    order[j] = static_cast<arma::uword>(std::max(matching.a_of_b[j], 0));
  }
  return order;
}

arma::fmat centredSizes(const arma::fmat& map) {
  const arma::fmat sizes = arma::abs(map);
  return sizes - arma::mean(arma::vectorise(sizes));
}

// Coordinates are alike whose numbers, in rows and columns, are as large at the partners of others.
arma::uvec refined(const Maps& maps, const arma::uvec& order) {
  const arma::uword width = maps.front().first->values.n_rows;
  arma::fmat similarity(width, width, arma::fill::zeros);
  for (std::size_t m = 0; m < std::min(kMapsToRefine, maps.size()); ++m) {
    const arma::fmat a = centredSizes(maps[m].first->values);
    const arma::fmat b = centredSizes(maps[m].second->values);
    const arma::fmat rows = a.cols(order), columns = a.rows(order);
    similarity += linear::innerProducts(arma::fmat(rows.t()), arma::fmat(b.t())) +
                  linear::innerProducts(columns, b);
  }
  return assigned(similarity);
}

// Whether numbers of A's maps are as large as those of B's at a few pairs of coordinates that may
// belong together: a guess that is right for some of them is worth refining, which takes as long as
// all else. Numbers of strangers' maps are not, whatever guess pairs them.
bool worthRefining(const Maps& maps, const linear::Pairs& pairs) {
  constexpr std::size_t kMost = 1024;  // coordinates
  constexpr double kDeviations = 4;
  const std::size_t count = std::min(kMost, pairs.size());
  double covariance = 0, variances = 0, numbers = 0;
  for (const auto& [a, b] : maps) {
    double sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0, n = 0;
    for (std::size_t x = 0; x < count; ++x) {
      const auto& [column_a, column_b] = pairs[x * pairs.size() / count];
      for (std::size_t y = 0; y < count; ++y) {
        if (x == y) continue;
        const auto& [row_a, row_b] = pairs[y * pairs.size() / count];
        const double p = std::abs(a->values.at(row_a, column_a));
        const double q = std::abs(b->values.at(row_b, column_b));
        sum_a += p;
        sum_b += q;
        aa += p * p;
        bb += q * q;
        ab += p * q;
        ++n;
      }
    }
    if (n == 0) continue;
    covariance += ab - sum_a * sum_b / n;
    variances += std::sqrt(std::max(0.0, (aa - sum_a * sum_a / n) * (bb - sum_b * sum_b / n)));
    numbers += n;
  }
  return covariance > kDeviations * variances / std::sqrt(std::max(1.0, numbers));
}

double meanLikeness(const Maps& maps, const arma::uvec& order) {
  double sum = 0;
  for (const auto& [a, b] : maps) {
    sum += likeness(order.is_empty() ? a->values : reordered(a->values, order), b->values);
  }
  return maps.empty() ? 0 : sum / static_cast<double>(maps.size());
}

}  // namespace

arma::fmat reordered(const arma::fmat& map, const arma::uvec& order) {
  return map.submat(order, order);
}

Pairing paired(const std::vector<StreamMap>& of_a, const std::vector<StreamMap>& of_b, bool whole) {
  Pairing in_order{mostAlike(of_a, of_b), {}, 0};
  in_order.likeness = meanLikeness(in_order.maps, {});
  Pairing moved{likeNumbered(of_a, of_b), {}, 0};
  if (in_order.maps.empty() || moved.maps.empty()) return in_order;
  if (!whole) return in_order;  // coordinates may have moved to where none was looked at
  if (in_order.likeness > 1 - kClearly) return in_order;
  const arma::fmat alike =
      linear::innerProducts(features(moved.maps, true), features(moved.maps, false));
  if (!worthRefining(moved.maps, linear::mutualBest(alike))) return in_order;
  moved.a_of_b = assigned(alike);
  for (int round = 0; round < kRounds; ++round) moved.a_of_b = refined(moved.maps, moved.a_of_b);
  moved.likeness = meanLikeness(moved.maps, moved.a_of_b);
  return moved.likeness > in_order.likeness + kClearly ? moved : in_order;
}

std::vector<std::uint32_t> copiesIn(const std::vector<StreamMap>& maps) {
  constexpr std::size_t kMost = 4;  // maps that tell copies
  const arma::uword width = maps.front().values.n_cols;
  std::vector<arma::fmat> columns;
  for (std::size_t m = 0; m < std::min(kMost, maps.size()); ++m) {
    columns.push_back(arma::normalise(maps[m].values));
  }
  copies::Roles roles;
  for (const arma::fmat& each : columns) roles.push_back(&each);
  align::Origins origins(width);
  copies::joinTiles(roles, {{0, 0, 0, width}}, origins);
  copies::joinAlike(roles, origins, copies::Usual::median);
  std::vector<std::uint32_t> numbers(width);
  for (std::uint32_t c = 0; c < width; ++c) numbers[c] = origins.find(c);
  return numbers;
}

}  // namespace kindred::tree_coins
