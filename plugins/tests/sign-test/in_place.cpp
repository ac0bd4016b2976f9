#include "in_place.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include <kindred/analysis/align/bands.hpp>
#include <kindred/analysis/linear/linear.hpp>
#include <kindred/analysis/stats/power.hpp>

#include "place_coins.hpp"
#include "turned.hpp"

namespace kindred::sign_test {
namespace {

using linear::dot;

// Columns are compared with each other, all of a matrix: so many of all layers.
constexpr std::size_t kColumns = 8192, kFewestColumns = 64;

bool ofMlps(const GaugeUse& use) { return use.gauge == Gauge::mlp_unit; }

// Rows, or the first columns, as columns of length one.
arma::fmat unitsOf(const ModelWeights& weights, const GaugeUse& use, const Place& place,
                   arma::uword most) {
  Matrix matrix = weights.matrix(use.role, place);
  if (use.axis == 0) return linear::unitColumns(matrix);
  const arma::fmat stored(matrix.values.data(), matrix.columns, matrix.rows, false, true);
  return linear::unitLength(stored.head_rows(std::min<arma::uword>(matrix.columns, most)).t());
}

std::vector<Place> placesOf(const MatrixTask& task) {
  const ModelWeights& weights = task.a.weights();
  if (ofMlps(task.use)) return weights.mlps();
  std::vector<Place> places;
  for (std::uint64_t l = 0; l < weights.shape().layers; ++l) {
    places.push_back({static_cast<std::int64_t>(l), -1, false});
  }
  return places;
}

// Whether equal numbers are the same of both models: what was read in part is of as many rows, and
// heads are of one kind.
bool comparable(const MatrixTask& task, const Place& place) {
  const ModelWeights &a = task.a.weights(), &b = task.b.weights();
  const std::string_view role = task.use.role;
  const std::uint64_t of_a = a.rows(role, place), of_b = b.rows(role, place);
  if (of_a == 0 || of_b == 0) return false;
  if (of_a != of_b && !(a.whole(role, place) && b.whole(role, place))) return false;
  if (ofMlps(task.use)) return true;
  const HeadShape x = a.shape().headsOf(place.layer), y = b.shape().headsOf(place.layer);
  return x == y && (task.use.gauge != Gauge::rotary_pair ||
                    a.shape().rotary_interleaved == b.shape().rotary_interleaved);
}

bool isIdentity(const std::vector<std::int32_t>& numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != static_cast<std::int32_t>(i)) return false;
  }
  return true;
}

// Rows of these roles are those that the alignment has matched.
bool tossedAlready(const MatrixTask& task) {
  const Alignment& alignment = task.alignment;
  if (task.use.axis != 0 || task.use.role == role::kQuery || alignment.rotation.rows > 0) {
    return false;
  }
  if (ofMlps(task.use)) {
    return !alignment.mlps.empty() &&
           std::all_of(alignment.mlps.begin(), alignment.mlps.end(), [](const MlpMatch& match) {
             return match.a == match.b && isIdentity(match.units);
           });
  }
  const bool of_values = task.use.gauge == Gauge::value_dim;
  return !alignment.heads.empty() &&
         std::all_of(alignment.heads.begin(), alignment.heads.end(), [&](const HeadMatch& match) {
           return match.layer_a == match.layer_b && match.head_a == match.head_b &&
                  (!of_values || isIdentity(match.dims));
         });
}

class InPlace {
 public:
  explicit InPlace(const MatrixTask& task) : task_(task), copies_(task.use) {}

  Tosses run() {
    const std::vector<Place> places = placesOf(task_);
    const std::size_t most = std::clamp<std::size_t>(
        kColumns / std::max<std::size_t>(places.size(), 1), kFewestColumns, align::kColumnsInPlace);
    for (const Place& place : places) {
      if (!comparable(task_, place)) continue;
      const arma::fmat a = unitsOf(task_.a.weights(), task_.use, place, most);
      const arma::fmat b = unitsOf(task_.b.weights(), task_.use, place, most);
      if (a.n_rows != b.n_rows) continue;
      std::vector<std::uint32_t> coins = placeCoins(task_, place, a.n_cols);
      if (copies_.empty()) first_ = place;
      add(place, a, b, coins);
      copies_.add(place, a, std::move(coins));
    }
    if (copies_.empty()) return Tosses();
    Tosses tosses;
    tosses.coins =
        align::Coins(coinThreshold(task_, task_.use.role, first_, sizes_.width, tosses.note));
    const std::map<std::uint32_t, std::uint32_t> joined = copies_.joined();
    if (!areIndependent(joined)) return Tosses();
    tosses.sizes = std::move(sizes_);
    for (const auto& [layer, coin, cosine] : tossed_) tosses.add(joined.at(coin), cosine, layer);
    return tosses;
  }

 private:
  struct Tossed {
    std::int64_t layer;
    std::uint32_t coin;
    double cosine;
  };

  void add(const Place& place, const arma::fmat& a, const arma::fmat& b,
           const std::vector<std::uint32_t>& coins) {
    const arma::uword units = std::min(a.n_cols, b.n_cols);
    sizes_.width = a.n_rows;
    for (arma::uword j = 0; j < units; ++j) {
      if (coins[j] == kNoOrigin) continue;
      const double own = dot(a.colptr(j), b.colptr(j), a.n_rows);
      tossed_.push_back({place.layer, coins[j], own});
      for (std::size_t k = 0; k < kShifts; ++k) {
        const arma::uword next = (j + k + 1) % units;
        shifted_[k].emplace_back(coins[next], dot(a.colptr(next), b.colptr(j), a.n_rows));
      }
      const arma::uword other = (j + (units + 1) / 2) % units;
      if (coins[other] == kNoOrigin || coins[other] == coins[j]) continue;
      sizes_.others.push_back(dot(a.colptr(other), b.colptr(j), a.n_rows));
    }
    if (task_.use.gauge == Gauge::value_dim) turn(place, a, b);
  }

  // Units held against their neighbours, by the same number of places in all layers: whatever ties
  // layers of both models to each other (a map that both were made by) ties these coins as well.
  // Their excesses, in standard deviations, have squares that add up to a chi-squared variable
  // where coins are independent.
  bool areIndependent(const std::map<std::uint32_t, std::uint32_t>& joined) const {
    constexpr double kMost = 65.6;  // exceeded with 10^-5 at 24 degrees of freedom
    double squares = 0;
    for (const auto& tosses : shifted_) {
      align::Coins coins;
      for (const auto& [coin, cosine] : tosses) coins.add(joined.at(coin), cosine);
      const align::SignCount count = coins.count();
      if (count.coins == 0) continue;
      const double excess = 2 * static_cast<double>(count.heads) - static_cast<double>(count.coins);
      squares += excess * excess / static_cast<double>(count.coins);
    }
    return squares <= kMost;
  }

  // Dimensions of a value may be turned to fit: those of A's head in the layer before.
  void turn(const Place& place, const arma::fmat& a, const arma::fmat& b) {
    const arma::uword dim = task_.a.weights().shape().headsOf(place.layer).value_dim;
    if (dim == 0 || dim > a.n_cols || dim > b.n_cols) return;
    if (before_.is_empty() && a.n_cols >= 2 * dim) before_ = a.cols(dim, 2 * dim - 1);
    if (before_.n_rows == b.n_rows) {
      addTurned(linear::innerProducts(before_, arma::fmat(b.head_cols(dim))), sizes_);
    }
    before_ = a.head_cols(dim);
  }

  const MatrixTask& task_;
  static constexpr std::size_t kShifts = 24;

  Copies copies_;
  Place first_;  // of those that are comparable
  std::vector<Tossed> tossed_;
  std::array<std::vector<std::pair<std::uint32_t, double>>, kShifts> shifted_;
  align::Sizes sizes_;
  arma::fmat before_;
};

}  // namespace

Tosses tossInPlace(const MatrixTask& task) {
  if (task.a.weights().shape().hidden != task.b.weights().shape().hidden) return Tosses();
  if (tossedAlready(task)) return Tosses();
  return InPlace(task).run();
}

Power powerInPlace(const MatrixTask& task, const Tosses& tosses, std::uint64_t coins,
                   double log10_alpha) {
  Power power;
  power.rows = task.use.role;
  power.paired_by = kItsPlace;
  power.whole = false;  // of a shuffled copy nothing is seen
  const std::uint64_t rows = std::max<std::uint64_t>(tosses.sizes.matched.size() / coins, 1);
  power.if_paired = stats::detectableCorrelation(
      coins, static_cast<double>(tosses.sizes.width * rows), log10_alpha);
  return power;
}

}  // namespace kindred::sign_test
