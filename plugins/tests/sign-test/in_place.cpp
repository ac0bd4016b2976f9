#include "in_place.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include <kindred/analysis/align/bands.hpp>
#include <kindred/analysis/align/origins.hpp>
#include <kindred/analysis/linear/linear.hpp>
#include <kindred/analysis/stats/power.hpp>

#include "copied.hpp"
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

// The coin of each of A's units of a place.
class CoinsOfPlaces {
 public:
  explicit CoinsOfPlaces(const MatrixTask& task) : task_(task) {}

  std::vector<std::uint32_t> of(const Place& place, std::uint64_t units) const {
    const Doubling& doubling = task_.a.doubling();
    std::vector<std::uint32_t> coins(units, kNoOrigin);
    if (ofMlps(task_.use)) {
      const std::vector<Place>& places = task_.a.weights().mlps();
      const auto at = std::find(places.begin(), places.end(), place) - places.begin();
      if (static_cast<std::size_t>(at) >= doubling.units.size()) return coins;
      const auto& origins = doubling.units[static_cast<std::size_t>(at)];
      std::copy_n(origins.begin(), std::min<std::size_t>(origins.size(), units), coins.begin());
      return coins;
    }
    const auto& origins =
        task_.use.gauge == Gauge::value_dim ? doubling.value_dims : doubling.key_dims;
    const ModelShape& shape = task_.a.weights().shape();
    const HeadShape heads = shape.headsOf(place.layer);
    const std::uint64_t dim = headDim(heads, task_.use.role);
    if (dim == 0 || heads.kv_heads == 0) return coins;
    for (std::uint64_t j = 0; j < units; ++j) {
      const auto row = dimOf(shape, heads, j % dim);
      if (!row) continue;
      const auto head = static_cast<std::int64_t>(j / dim / readers(heads));
      const std::size_t at = attentionDim(shape, place.layer, head, *row);
      if (at < origins.size()) coins[j] = origins[at];
    }
    return coins;
  }

 private:
  // Queries and what reads values stand once for each query head, of which a group has one coin.
  std::uint64_t readers(const HeadShape& heads) const {
    const bool by_query =
        task_.use.role == role::kQuery || task_.use.role == role::kAttentionOutput;
    return by_query ? std::max<std::uint64_t>(heads.heads / heads.kv_heads, 1) : 1;
  }

  // Of the two rows of a rotary pair the first; none: the row is no part of one.
  std::optional<std::uint64_t> dimOf(const ModelShape& shape, const HeadShape& heads,
                                     std::uint64_t row) const {
    if (task_.use.gauge != Gauge::rotary_pair) return row;
    if (row >= heads.rotary_dim) return std::nullopt;
    const std::uint64_t half = heads.rotary_dim / 2;
    return firstOfPair(shape, shape.rotary_interleaved ? row / 2 : row % half);
  }

  const MatrixTask& task_;
};

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

// A few of A's units of a place, to tell whether those of another are their copies.
struct Sample {
  Place place;
  arma::fmat columns;
  std::vector<std::uint32_t> coins;  // of all units of the place
};

constexpr arma::uword kSampledUnits = 48, kSampledRows = 32;  // of many experts they take room

Sample sampleOf(const Place& place, const arma::fmat& units, std::vector<std::uint32_t> coins) {
  const arma::fmat rows = units.head_rows(std::min(kSampledRows, units.n_rows));
  return {place, rows.cols(linear::spread(rows.n_cols, kSampledUnits)), std::move(coins)};
}

using CoinPairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

// Columns of the reference that are copies of each other, wherever they stand, by their first
// numbers; of rows it is known from all of the unit's.
class AlikeColumns {
 public:
  // All of a matrix; those of equally many rows are compared.
  void add(const arma::fmat& units, const std::vector<std::uint32_t>& coins) {
    const arma::uword rows = std::min<arma::uword>(kRows, units.n_rows);
    if (rows != rows_) join();
    rows_ = rows;
    for (arma::uword j = 0; j < units.n_cols; ++j) {
      values_.insert(values_.end(), units.colptr(j), units.colptr(j) + rows);
      coins_.push_back(coins[j]);
    }
    if (coins_.size() > kMost) join();
  }

  // The coins of which each pair is one.
  CoinPairs copies() {
    join();
    return std::move(copies_);
  }

 private:
  static constexpr arma::uword kRows = 64;
  static constexpr std::size_t kMost = 8192;

  void join() {
    align::Origins origins(coins_.size());
    align::joinAlike(values_, rows_, origins);
    for (std::uint32_t j = 0; j < coins_.size(); ++j) {
      if (const auto first = origins.find(j); first != j) {
        copies_.emplace_back(coins_[first], coins_[j]);
      }
    }
    values_.clear();
    coins_.clear();
  }

  arma::uword rows_ = 0;
  std::vector<float> values_;
  std::vector<std::uint32_t> coins_;
  CoinPairs copies_;
};

// Those of one number in their layers, of one shape.
std::vector<std::pair<const Sample*, const Sample*>> comparablePairs(
    const std::vector<Sample>& samples) {
  std::map<std::tuple<std::int64_t, bool, std::size_t, arma::uword>, std::vector<const Sample*>>
      like;
  for (const Sample& sample : samples) {
    like[{sample.place.expert, sample.place.shared, sample.coins.size(), sample.columns.n_rows}]
        .push_back(&sample);
  }
  std::vector<std::pair<const Sample*, const Sample*>> pairs;
  for (const auto& [_, list] : like) {
    for (std::size_t y = 1; y < list.size(); ++y) {
      for (std::size_t x = 0; x < y; ++x) pairs.emplace_back(list[x], list[y]);
    }
  }
  return pairs;
}

// Layers whose units are copies of each other, number by number, in this matrix alone: their coins
// fall together. A false join costs a little power and never exactness, since a sum of coins is a
// coin.
std::map<std::uint32_t, std::uint32_t> joinedCoins(const std::vector<Sample>& samples,
                                                   const CoinPairs& copies) {
  std::map<std::uint32_t, std::uint32_t> numbers;
  for (const Sample& sample : samples) {
    for (const std::uint32_t coin : sample.coins) numbers.try_emplace(coin, numbers.size());
  }
  align::Origins origins(numbers.size());
  const auto join = [&](std::uint32_t x, std::uint32_t y) {
    if (x != kNoOrigin && y != kNoOrigin) origins.join(numbers.at(x), numbers.at(y));
  };
  for (const auto& [x, y] : copies) join(x, y);
  const std::vector<std::pair<const Sample*, const Sample*>> pairs = comparablePairs(samples);
  for (const auto& [one, other] : pairs) {
    if (!areCopies(one->columns, other->columns, pairs.size())) continue;
    for (std::size_t i = 0; i < one->coins.size(); ++i) join(one->coins[i], other->coins[i]);
  }
  std::map<std::uint32_t, std::uint32_t> joined;
  for (const auto& [coin, number] : numbers) {
    joined[coin] = coin == kNoOrigin ? kNoOrigin : origins.find(number);
  }
  return joined;
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
  explicit InPlace(const MatrixTask& task) : task_(task) {}

  Tosses run() {
    const CoinsOfPlaces coins(task_);
    const std::vector<Place> places = placesOf(task_);
    const std::size_t most = std::clamp<std::size_t>(
        kColumns / std::max<std::size_t>(places.size(), 1), kFewestColumns, align::kColumnsInPlace);
    for (const Place& place : places) {
      if (!comparable(task_, place)) continue;
      const arma::fmat a = unitsOf(task_.a.weights(), task_.use, place, most);
      const arma::fmat b = unitsOf(task_.b.weights(), task_.use, place, most);
      if (a.n_rows != b.n_rows) continue;
      samples_.push_back(sampleOf(place, a, coins.of(place, a.n_cols)));
      if (task_.use.axis == 1) alike_.add(a, samples_.back().coins);
      add(place, a, b, samples_.back().coins);
    }
    if (samples_.empty()) return Tosses();
    Tosses tosses;
    tosses.coins = align::Coins(
        coinThreshold(task_, task_.use.role, samples_.front().place, sizes_.width, tosses.note));
    const std::map<std::uint32_t, std::uint32_t> joined = joinedCoins(samples_, alike_.copies());
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

  std::vector<Sample> samples_;
  AlikeColumns alike_;
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
