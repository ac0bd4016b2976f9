#include "place_coins.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

#include <kindred/analysis/align/bands.hpp>
#include <kindred/analysis/align/origins.hpp>

#include "copied.hpp"

namespace kindred::sign_test {
namespace {

constexpr arma::uword kSampledUnits = 48, kSampledRows = 32;  // of many experts they take room
constexpr arma::uword kFirstNumbers = 64;
constexpr std::size_t kMostColumns = 8192;  // that are held against each other

// Queries and what reads values stand once for each query head, of which a group has one coin.
std::uint64_t readersOf(const GaugeUse& use, const HeadShape& heads) {
  const bool by_query = use.role == role::kQuery || use.role == role::kAttentionOutput;
  return by_query ? std::max<std::uint64_t>(heads.heads / heads.kv_heads, 1) : 1;
}

// Of the two rows of a rotary pair the first; none: the row is no part of one.
std::optional<std::uint64_t> dimOf(const GaugeUse& use, const ModelShape& shape,
                                   const HeadShape& heads, std::uint64_t row) {
  if (use.gauge != Gauge::rotary_pair) return row;
  if (row >= heads.rotary_dim) return std::nullopt;
  const std::uint64_t half = heads.rotary_dim / 2;
  return firstOfPair(shape, shape.rotary_interleaved ? row / 2 : row % half);
}

std::vector<std::uint32_t> coinsOfMlp(const ModelProfile& model, const Place& place,
                                      std::uint64_t units) {
  std::vector<std::uint32_t> coins(units, kNoOrigin);
  const std::vector<Place>& places = model.weights().mlps();
  const auto at = std::find(places.begin(), places.end(), place) - places.begin();
  if (static_cast<std::size_t>(at) >= model.doubling().units.size()) return coins;
  const auto& origins = model.doubling().units[static_cast<std::size_t>(at)];
  std::copy_n(origins.begin(), std::min<std::size_t>(origins.size(), units), coins.begin());
  return coins;
}

}  // namespace

std::vector<std::uint32_t> placeCoins(const MatrixTask& task, const Place& place,
                                      std::uint64_t units) {
  if (task.use.gauge == Gauge::mlp_unit) return coinsOfMlp(task.a, place, units);
  std::vector<std::uint32_t> coins(units, kNoOrigin);
  const Doubling& doubling = task.a.doubling();
  const auto& origins =
      task.use.gauge == Gauge::value_dim ? doubling.value_dims : doubling.key_dims;
  const ModelShape& shape = task.a.weights().shape();
  const HeadShape heads = shape.headsOf(place.layer);
  const std::uint64_t dim = headDim(heads, task.use.role);
  if (dim == 0 || heads.kv_heads == 0) return coins;
  for (std::uint64_t j = 0; j < units; ++j) {
    const auto row = dimOf(task.use, shape, heads, j % dim);
    if (!row) continue;
    const auto head = static_cast<std::int64_t>(j / dim / readersOf(task.use, heads));
    const std::size_t at = attentionDim(shape, place.layer, head, *row);
    if (at < origins.size()) coins[j] = origins[at];
  }
  return coins;
}

void Copies::add(const Place& place, const arma::fmat& units, std::vector<std::uint32_t> coins) {
  if (columns_) addColumns(units, coins);
  const arma::fmat rows = units.head_rows(std::min(kSampledRows, units.n_rows));
  samples_.push_back(
      {place, rows.cols(linear::spread(rows.n_cols, kSampledUnits)), std::move(coins)});
}

void Copies::addColumns(const arma::fmat& units, const std::vector<std::uint32_t>& coins) {
  const arma::uword rows = std::min(kFirstNumbers, units.n_rows);
  if (rows != rows_) joinColumns();
  rows_ = rows;
  for (arma::uword j = 0; j < units.n_cols; ++j) {
    first_numbers_.insert(first_numbers_.end(), units.colptr(j), units.colptr(j) + rows);
    coins_.push_back(coins[j]);
  }
  if (coins_.size() > kMostColumns) joinColumns();
}

void Copies::joinColumns() {
  align::Origins origins(coins_.size());
  align::joinAlike(first_numbers_, rows_, origins);
  for (std::uint32_t j = 0; j < coins_.size(); ++j) {
    if (const auto first = origins.find(j); first != j) {
      alike_.emplace_back(coins_[first], coins_[j]);
    }
  }
  first_numbers_.clear();
  coins_.clear();
}

// Those of one number in their layers, of one shape.
std::vector<std::pair<const Copies::Sample*, const Copies::Sample*>> Copies::comparable() const {
  std::map<std::tuple<std::int64_t, bool, std::size_t, arma::uword>, std::vector<const Sample*>>
      like;
  for (const Sample& sample : samples_) {
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

std::map<std::uint32_t, std::uint32_t> Copies::joined() {
  joinColumns();
  std::map<std::uint32_t, std::uint32_t> numbers;
  for (const Sample& sample : samples_) {
    for (const std::uint32_t coin : sample.coins) numbers.try_emplace(coin, numbers.size());
  }
  align::Origins origins(numbers.size());
  const auto join = [&](std::uint32_t x, std::uint32_t y) {
    if (x != kNoOrigin && y != kNoOrigin) origins.join(numbers.at(x), numbers.at(y));
  };
  for (const auto& [x, y] : alike_) join(x, y);
  const auto pairs = comparable();
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

}  // namespace kindred::sign_test
