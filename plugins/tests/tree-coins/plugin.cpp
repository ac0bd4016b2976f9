// Tree coins: evidence that is left when everything inside the layers was redrawn. Under the null
// every number of a map of A's stream has the sign of two coordinates of that stream, so those
// along a tree are independent fair coins. See docs/sign-tests.md.
#include <algorithm>
#include <cmath>
#include <deque>
#include <numbers>
#include <string>
#include <vector>

#include <kindred/analysis/align/coins.hpp>
#include <kindred/analysis/align/likeness.hpp>
#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/power.hpp>
#include <kindred/analysis/stats/signed_rank.hpp>
#include <kindred/analysis/stats/tails.hpp>
#include <kindred/gauge.hpp>
#include <kindred/matrix_test.hpp>

#include "coordinates.hpp"
#include "tree.hpp"

namespace {

using kindred::Finding;
using kindred::GaugeUse;
namespace align = kindred::align;
namespace stats = kindred::stats;
namespace tree_coins = kindred::tree_coins;

constexpr std::uint64_t kMostNumbers = std::uint64_t{1} << 26;  // of all maps of a model

std::vector<std::uint32_t> rowsOf(const std::vector<kindred::TokenPair>& tokens, bool of_a) {
  std::vector<std::uint32_t> rows;
  for (const kindred::TokenPair& token : tokens) rows.push_back(of_a ? token.a : token.b);
  return rows;
}

// A's maps in B's order, beside B's.
struct Beside {
  std::deque<arma::fmat> moved;  // that are held here
  std::vector<const arma::fmat*> a, b;
};

Beside beside(const tree_coins::Pairing& pairing) {
  Beside maps;
  for (const auto& [a, b] : pairing.maps) {
    maps.a.push_back(&a->values);
    if (!pairing.a_of_b.is_empty()) {
      maps.a.back() = &maps.moved.emplace_back(tree_coins::reordered(a->values, pairing.a_of_b));
    }
    maps.b.push_back(&b->values);
  }
  return maps;
}

// The sum of products of equal place over all maps; symmetric, the diagonal zero. Coordinates of A
// that are copies of each other are one.
arma::mat products(const Beside& maps, const std::vector<std::uint32_t>& coordinate,
                   arma::uword coordinates) {
  const arma::uword width = maps.a.front()->n_rows;
  arma::mat sum(coordinates, coordinates, arma::fill::zeros);
  for (std::size_t m = 0; m < maps.a.size(); ++m) {
    for (arma::uword j = 0; j < width; ++j) {
      for (arma::uword i = 0; i < width; ++i) {
        sum(coordinate[i], coordinate[j]) +=
            double{maps.a[m]->at(i, j)} * double{maps.b[m]->at(i, j)};
      }
    }
  }
  sum += arma::mat(sum.t());
  sum.diag().zeros();
  return sum;
}

// Each coordinate's sign, as its tree has it; 0 where none holds it.
std::vector<double> signsOf(const std::vector<tree_coins::Edge>& tree, const arma::mat& values) {
  std::vector<double> signs(values.n_rows, 0);
  for (const tree_coins::Edge& edge : tree) {
    if (signs[edge.from] == 0) signs[edge.from] = 1;
    signs[edge.to] = signs[edge.from] * (values(edge.from, edge.to) < 0 ? -1 : 1);
  }
  return signs;
}

// The cosine of what A's maps and B's say of a coordinate, all others given their signs.
class Rows {
 public:
  Rows(const Beside& maps, const std::vector<double>& signs,
       const std::vector<std::uint32_t>& coordinate)
      : maps_(maps), signs_(signs), coordinate_(coordinate) {}

  double cosine(arma::uword a, arma::uword b) const {
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t m = 0; m < maps_.a.size(); ++m) {
      const float *x = maps_.a[m]->colptr(a), *y = maps_.b[m]->colptr(b);
      for (arma::uword i = 0; i < maps_.a[m]->n_rows; ++i) {
        ab += signs_[coordinate_[i]] * x[i] * y[i];
        aa += double{x[i]} * x[i];
        bb += double{y[i]} * y[i];
      }
    }
    return aa > 0 && bb > 0 ? signs_[coordinate_[a]] * ab / std::sqrt(aa * bb) : 0;
  }

 private:
  const Beside& maps_;
  const std::vector<double>& signs_;
  const std::vector<std::uint32_t>& coordinate_;
};

align::Sizes sizesOf(const Beside& maps, const std::vector<double>& signs,
                     const std::vector<std::uint32_t>& coordinate) {
  align::Sizes sizes;
  const Rows rows(maps, signs, coordinate);
  const arma::uword width = maps.a.front()->n_cols;
  sizes.width = width * maps.a.size();
  for (arma::uword c = 0; c < width; ++c) {
    sizes.matched.push_back(rows.cosine(c, c));
    sizes.others.push_back(rows.cosine((c + width / 2) % width, c));
  }
  return sizes;
}

Finding common(const kindred::MatrixTask& task, std::uint64_t coins, std::uint64_t copies) {
  Finding finding;
  const std::string& model = task.a.weights().model();
  finding.null = "signs of the coordinates of the residual stream of " + model +
                 " are fair coins, and so are those of products along a tree of coordinates";
  finding.assumptions = "these signs are fair given the sizes of all products: initialisation of " +
                        model + " symmetric about zero in each coordinate, training odd in them";
  if (task.a.weights().shape().hidden > tree_coins::kMostCoordinates) {
    finding.assumptions += "; of " + std::to_string(task.a.weights().shape().hidden) +
                           " coordinates " + std::to_string(tree_coins::kMostCoordinates) +
                           ", evenly spread, were looked at, in their order";
  }
  finding.units = coins;
  finding.copies = copies;
  finding.log10_p_floor = -stats::kLog10Of2 * static_cast<double>(coins);
  finding.seed = task.seed;
  return finding;
}

// A level that leaves room for Holm over some fifty tests at 1e-6.
constexpr double kLog10PowerLevel = -8;

// Maps of rows with correlation rho have one of rho squared; the signs of their products agree at
// least as often as those of all numbers would (Sheppard, 1899): 1/2 + asin(rho^2) / pi.
kindred::Power powerOf(std::uint64_t coins) {
  kindred::Power power;
  power.rows = "maps of the stream";
  power.redrawn = true;
  // Of one column, where a share of heads belongs to a correlation, so the share can be read off.
  if (const auto seen = stats::detectableCorrelation(coins, 1, kLog10PowerLevel)) {
    const double share = 2 * stats::headProbability(*seen, 1) - 1;
    power.alone = std::sqrt(std::sin(std::numbers::pi / 2 * share));
  }
  return power;
}

class TreeCoins final : public kindred::MatrixTest {
 public:
  explicit TreeCoins(const kindred::Parameters&) {}

  std::vector<GaugeUse> uses() const override {
    return {
        {kindred::Gauge::residual_dim, GaugeUse::Of::signs, std::string(kindred::role::kUp), 1}};
  }

  std::vector<Finding> run(const kindred::MatrixTask& task) const override {
    const kindred::ModelWeights &a = task.a.weights(), &b = task.b.weights();
    if (a.shape().hidden != b.shape().hidden || a.shape().hidden < 2) return {};
    const auto of_a = tree_coins::mapsOf(a, rowsOf(task.alignment.tokens, true), kMostNumbers);
    const auto of_b = tree_coins::mapsOf(b, rowsOf(task.alignment.tokens, false), kMostNumbers);
    const bool whole = a.shape().hidden <= tree_coins::kMostCoordinates;
    const tree_coins::Pairing pairing = tree_coins::paired(of_a, of_b, whole);
    if (pairing.maps.empty()) return {};
    const Beside maps = beside(pairing);
    const auto [coordinate, count] = coordinatesOf(of_a, pairing.a_of_b);
    const arma::mat values = products(maps, coordinate, count);
    const std::vector<tree_coins::Edge> tree = tree_coins::largestTree(values);
    align::Coins coins;
    for (std::size_t k = 0; k < tree.size(); ++k) {
      coins.add(static_cast<std::uint32_t>(k), values(tree[k].from, tree[k].to));
    }
    if (coins.count().coins == 0) return {};
    const std::uint64_t copies = coordinate.size() - count;
    const auto likeness = align::likenessOf(sizesOf(maps, signsOf(tree, values), coordinate));
    std::vector<Finding> findings{heads(task, coins, copies), ranks(task, coins, copies)};
    for (Finding& finding : findings) finding.likeness = likeness;
    return findings;
  }

 private:
  // B's order; copies in A under one number, of `second` numbers.
  static std::pair<std::vector<std::uint32_t>, arma::uword> coordinatesOf(
      const std::vector<tree_coins::StreamMap>& of_a, const arma::uvec& a_of_b) {
    const std::vector<std::uint32_t> copies = tree_coins::copiesIn(of_a);
    std::vector<std::uint32_t> number(copies.size(), 0), of_b(copies.size());
    std::uint32_t count = 0;
    for (std::size_t c = 0; c < copies.size(); ++c) {
      number[c] = copies[c] == c ? count++ : number[copies[c]];
    }
    for (std::size_t c = 0; c < copies.size(); ++c) {
      of_b[c] = number[a_of_b.is_empty() ? c : a_of_b[c]];
    }
    return {of_b, count};
  }

  // A copy with all signs of the stream turned has the same maps: the test is one-sided.
  static Finding heads(const kindred::MatrixTask& task, const align::Coins& coins,
                       std::uint64_t copies) {
    const align::SignCount count = coins.count();
    Finding finding = common(task, count.coins, copies);
    finding.statistic = static_cast<double>(count.heads);
    finding.log10_p = stats::binomialTail(count.coins, count.heads);
    finding.power = powerOf(count.coins);
    return finding;
  }

  static Finding ranks(const kindred::MatrixTask& task, const align::Coins& coins,
                       std::uint64_t copies) {
    const stats::SignedRank rank = stats::signedRank(coins.values());
    Finding finding = common(task, rank.coins, copies);
    finding.null += ", weighed by the ranks of their sizes";
    finding.statistic = rank.statistic;
    finding.log10_p = rank.upper.log10_p;
    return finding;
  }
};

}  // namespace

KINDRED_MATRIX_TEST(TreeCoins, "tree-coins", "1.0",
                    "Signs in maps of the residual stream: left when layers were redrawn")
