#include "bands.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>

#include <kindred/analysis/align/bands.hpp>
#include <kindred/analysis/linear/linear.hpp>

namespace kindred::sign_test {
namespace {

constexpr std::uint64_t kFewestRows = 8;
constexpr std::uint64_t kMostRows = 64;
constexpr arma::uword kUnits = 4096;      // of B that are paired, all layers together
constexpr arma::uword kProbes = 256;      // that tell which layers belong together
constexpr arma::uword kAtOnce = 4 << 20;  // cosines

// The columns of a band: rows of even number pair units, rows of odd number toss.
struct Band {
  std::int64_t layer = -1;
  arma::fmat whole;            // a column a unit
  arma::fmat pairing, tossed;  // its halves, columns of length one
};

std::vector<Band> bandsOf(const ModelWeights& weights, std::string_view role, std::uint64_t rows) {
  std::vector<Band> bands;
  std::vector<std::uint32_t> first(rows);
  std::iota(first.begin(), first.end(), 0u);
  for (std::uint64_t l = 0; l < weights.shape().layers; ++l) {
    const Place place{static_cast<std::int64_t>(l), -1, false};
    if (weights.rows(role, place) < rows) continue;
    const bool whole_matrix = weights.whole(role, place);  // else these rows are all that was read
    const Matrix matrix =
        whole_matrix ? weights.matrix(role, place, first) : weights.matrix(role, place);
    // Row-major rows x units, as Armadillo's units x rows.
    const arma::fmat whole = arma::fmat(matrix.values.data(), matrix.columns, rows).t();
    Band band{place.layer, whole, {}, {}};
    const arma::uword half = rows / 2;
    band.pairing = linear::unitLength(whole.rows(arma::regspace<arma::uvec>(0, 2, 2 * half - 2)));
    band.tossed = linear::unitLength(whole.rows(arma::regspace<arma::uvec>(1, 2, 2 * half - 1)));
    bands.push_back(std::move(band));
  }
  return bands;
}

// The fewest rows of any band of either model, so that all are compared alike.
std::uint64_t rowsOfAll(const ModelWeights& a, const ModelWeights& b, std::string_view role) {
  std::uint64_t rows = kMostRows;
  for (const ModelWeights* weights : {&a, &b}) {
    for (std::uint64_t l = 0; l < weights->shape().layers; ++l) {
      const Place place{static_cast<std::int64_t>(l), -1, false};
      const std::uint64_t there = weights->rows(role, place);
      if (there > 0) rows = std::min(rows, there);
    }
  }
  return rows / 2 * 2;
}

// Where the first of the largest absolute values stands. Those of floats are ordered as the whole
// numbers that they are stored as, of which compilers take many at once.
arma::uword largest(const float* values, arma::uword count) {
  const auto size = [&](arma::uword i) {
    return std::bit_cast<std::int32_t>(values[i]) & 0x7fffffff;
  };
  std::int32_t most = 0;
  for (arma::uword i = 0; i < count; ++i) most = std::max(most, size(i));
  arma::uword at = 0;
  while (at + 1 < count && size(at) != most) ++at;
  return at;
}

// Of each of B's columns the most alike of A's, up to sign.
struct Nearest {
  std::vector<arma::uword> a;
  double mean = 0;  // of their absolute cosines
};

Nearest nearest(const arma::fmat& a, const arma::fmat& b) {
  Nearest found;
  double sum = 0;
  const arma::uword together =
      std::max<arma::uword>(kAtOnce / std::max<arma::uword>(a.n_cols, 1), 1);
  for (arma::uword first = 0; first < b.n_cols; first += together) {
    const arma::uword last = std::min(first + together, b.n_cols) - 1;
    const arma::fmat cosines = linear::innerProducts(a, b.cols(first, last));
    for (arma::uword j = 0; j < cosines.n_cols; ++j) {
      const arma::uword best = largest(cosines.colptr(j), cosines.n_rows);
      found.a.push_back(best);
      sum += std::abs(cosines(best, j));
    }
  }
  found.mean = b.n_cols == 0 ? 0 : sum / static_cast<double>(b.n_cols);
  return found;
}

const Band& counterpart(const std::vector<Band>& of_a, const Band& of_b) {
  const arma::fmat probes = of_b.pairing.cols(linear::spread(of_b.pairing.n_cols, kProbes));
  const Band* best = &of_a.front();
  double most = -1;
  for (const Band& band : of_a) {
    const double mean = nearest(band.pairing, probes).mean;
    if (mean > most) {
      most = mean;
      best = &band;
    }
  }
  return *best;
}

struct PairedUnit {
  const Band* a;
  const Band* b;
  arma::uword unit_a, unit_b;

  double cosine(arma::uword of_a) const {
    return linear::dot(a->tossed.colptr(of_a), b->tossed.colptr(unit_b), a->tossed.n_rows);
  }
};

std::vector<PairedUnit> pairedUnits(const std::vector<Band>& of_a, const std::vector<Band>& of_b) {
  std::vector<PairedUnit> pairs;
  for (const Band& band : of_b) {
    const Band& partner = counterpart(of_a, band);
    const arma::uvec chosen = linear::spread(band.pairing.n_cols, kUnits / of_b.size());
    const Nearest found = nearest(partner.pairing, band.pairing.cols(chosen));
    for (arma::uword k = 0; k < chosen.n_elem; ++k) {
      pairs.push_back({&partner, &band, found.a[k], chosen[k]});
    }
  }
  return pairs;
}

// The coin of each of A's units among the pairs: copies of each other have one.
std::map<std::pair<const Band*, arma::uword>, std::uint32_t> coinsOf(
    const MatrixTask& task, const std::vector<PairedUnit>& pairs) {
  std::map<std::pair<const Band*, arma::uword>, std::uint32_t> coins;
  for (const PairedUnit& pair : pairs) coins.try_emplace({pair.a, pair.unit_a}, 0);
  if (coins.empty()) return coins;
  const std::size_t width = pairs.front().a->whole.n_rows;
  std::vector<float> vectors;
  for (auto& [unit, coin] : coins) {
    coin = static_cast<std::uint32_t>(vectors.size() / width);
    const float* column = unit.first->whole.colptr(unit.second);
    vectors.insert(vectors.end(), column, column + width);
  }
  align::Origins origins(coins.size());
  align::joinAlike(vectors, width, origins);
  std::map<std::pair<const Band*, std::uint32_t>, std::uint32_t> first;  // that share a coin anyway
  for (const auto& [unit, number] : coins) {
    const std::uint32_t shared = align::coinOfColumn(
        task.a.weights().shape().headsOf(unit.first->layer), task.use.role, unit.second);
    origins.join(first.try_emplace({unit.first, shared}, number).first->second, number);
  }
  for (auto& [unit, coin] : coins) coin = origins.find(coin);
  return coins;
}

}  // namespace

Tosses tossBands(const MatrixTask& task) {
  Tosses tosses;
  const ModelWeights &a = task.a.weights(), &b = task.b.weights();
  if (a.shape().hidden != b.shape().hidden) return tosses;  // their rows are other coordinates
  const std::string_view role = task.use.role;
  const std::uint64_t rows = rowsOfAll(a, b, role);
  if (rows < kFewestRows) return tosses;
  const std::vector<Band> of_a = bandsOf(a, role, rows), of_b = bandsOf(b, role, rows);
  if (of_a.empty() || of_b.empty()) return tosses;
  tosses.sizes.width = rows / 2;
  tosses.coins = align::Coins(
      coinThreshold(task, role, {of_a.front().layer, -1, false}, rows / 2, tosses.note));
  const std::vector<PairedUnit> pairs = pairedUnits(of_a, of_b);
  const auto coins = coinsOf(task, pairs);
  for (const auto& [unit, coin] : coins) tosses.origins.push_back(coin);
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const PairedUnit& pair = pairs[k];
    const double cosine = pair.cosine(pair.unit_a);
    const std::uint32_t coin = coins.at({pair.a, pair.unit_a});
    tosses.add(coin, cosine, pair.a->layer);
    tosses.others = std::max<std::uint64_t>(tosses.others, pair.a->whole.n_cols);
    const PairedUnit& other = pairs[(k + 1) % pairs.size()];  // of the same band, but for the last
    if (other.a != pair.a || other.unit_a == pair.unit_a) continue;
    tosses.sizes.others.push_back(pair.cosine(other.unit_a));
  }
  return tosses;
}

Power powerOfBands(const MatrixTask& task, const Tosses& tosses, std::uint64_t coins,
                   double log10_alpha) {
  Power power;
  power.rows = task.use.role;
  power.alone = align::detectableInBands(coins, tosses.others, tosses.sizes.width, log10_alpha);
  return power;
}

}  // namespace kindred::sign_test
