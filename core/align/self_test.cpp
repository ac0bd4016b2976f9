#include "align/self_test.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <kindred/analysis/align/bands.hpp>
#include <kindred/analysis/align/biases.hpp>
#include <kindred/analysis/align/widened.hpp>
#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/tails.hpp>

#include "align/dot.hpp"
#include "align/formula.hpp"
#include "align/order.hpp"
#include "align/public_tables.hpp"
#include "align/same_numbers.hpp"
#include "align/table_products.hpp"

namespace kindred::align {
namespace {

using Row = std::span<const float>;

// The rows of a matrix, each of length one; what is zero or not finite becomes zero. Whatever turns
// with a row in exact numbers does so in single precision too.
struct UnitRows {
  explicit UnitRows(Matrix matrix)
      : columns(matrix.columns), rows(matrix.rows), values(std::move(matrix.values)) {
    for (std::uint64_t r = 0; r < rows; ++r) {
      const std::span<float> row(values.data() + r * columns, columns);
      double square = 0;
      for (const float x : row) square += double{x} * x;
      const double scale = std::isfinite(square) && square > 0 ? 1 / std::sqrt(square) : 0;
      for (float& x : row) x = scale == 0 ? 0 : static_cast<float>(x * scale);
    }
  }
  Row row(std::uint64_t r) const { return {values.data() + r * columns, columns}; }

  std::uint64_t columns, rows;
  std::vector<float> values;
};

// With the other turned by one column: rows of a circulant matrix.
double turnedDot(Row x, Row y) {
  return x.empty() ? 0 : dot(x.subspan(1), y.first(y.size() - 1)) + x.front() * y.back();
}

// The first columns as rows, of so many numbers at most.
Matrix transposed(const Matrix& matrix, std::uint64_t most,
                  std::uint64_t width = std::numeric_limits<std::uint64_t>::max()) {
  Matrix turned{matrix.tensor, std::min(matrix.columns, most), std::min(matrix.rows, width), {}};
  turned.values.resize(turned.rows * turned.columns);
  for (std::uint64_t r = 0; r < turned.rows; ++r) {
    for (std::uint64_t c = 0; c < turned.columns; ++c) {
      turned.values[r * turned.columns + c] = matrix.values[c * matrix.columns + r];
    }
  }
  return turned;
}

// What changes sign together: one row, or the two of a rotary pair.
struct Unit {
  std::uint32_t origin = kNoOrigin;
  std::vector<std::uint32_t> rows;
};

// One matrix of a gauge.
struct Part {
  Place place;
  std::vector<Unit> units;
};

std::vector<Part> mlpParts(const ModelProfile& model) {
  std::vector<Part> parts;
  const std::vector<Place>& places = model.weights().mlps();
  for (std::size_t m = 0; m < places.size() && m < model.doubling().units.size(); ++m) {
    Part& part = parts.emplace_back(Part{places[m], {}});
    const std::vector<std::uint32_t>& origins = model.doubling().units[m];
    for (std::uint32_t i = 0; i < origins.size(); ++i) part.units.push_back({origins[i], {i}});
  }
  return parts;
}

std::vector<Place> placesOfColumns(const ModelWeights& weights, std::string_view role) {
  if (role == role::kDown) return weights.mlps();
  std::vector<Place> places;
  for (std::uint64_t l = 0; l < weights.shape().layers; ++l) {
    places.push_back({static_cast<std::int64_t>(l), -1, false});
  }
  return places;
}

// Columns of a matrix, or of its first rows: a sample, of which those that are copies share a coin.
std::vector<Part> columnParts(const ModelWeights& weights, std::string_view role) {
  std::vector<Part> parts;
  for (const Place& place : placesOfColumns(weights, role)) {
    if (weights.rows(role, place) == 0) continue;
    constexpr std::uint64_t kFirstNumbers = 64;  // tell which are alike
    const Matrix units = transposed(weights.matrix(role, place), kColumnsInPlace, kFirstNumbers);
    Origins origins(units.rows);
    joinAlike(units.values, units.columns, origins);
    std::map<std::uint32_t, std::uint32_t> first;
    for (std::uint32_t i = 0; i < units.rows; ++i) {
      const std::uint32_t coin = coinOfColumn(weights.shape().headsOf(place.layer), role, i);
      origins.join(first.try_emplace(coin, i).first->second, i);
    }
    const auto before = static_cast<std::uint32_t>(parts.size() * kColumnsInPlace);
    Part& part = parts.emplace_back(Part{place, {}});
    for (std::uint32_t i = 0; i < units.rows; ++i) {
      part.units.push_back({before + origins.find(i), {i}});
    }
  }
  return parts;
}

// What of each head changes sign by itself.
enum class Of { values, pairs, free };

// The rows of one such unit of a head.
std::vector<std::uint64_t> rowsOfUnit(const ModelShape& shape, const HeadShape& heads, Of of,
                                      std::uint64_t unit) {
  if (of == Of::values) return {unit};
  if (of == Of::free) return {heads.rotary_dim + unit};
  return {firstOfPair(shape, unit), secondOfPair(shape, unit, heads.rotary_dim)};
}

// Rows of values, rotary pairs of keys or queries, or rows of keys beyond the rotary part.
std::vector<Part> headParts(const ModelProfile& model, const std::vector<std::uint32_t>& origins,
                            Of of, bool queries = false) {
  const ModelShape& shape = model.weights().shape();
  std::vector<Part> parts;
  for (std::uint64_t l = 0; l < shape.layers; ++l) {
    const auto layer = static_cast<std::int64_t>(l);
    const HeadShape heads = shape.headsOf(layer);
    const std::uint64_t readers = queries && heads.kv_heads > 0
                                      ? std::max<std::uint64_t>(heads.heads / heads.kv_heads, 1)
                                      : 1;
    const std::uint64_t dim = of == Of::values ? heads.value_dim : heads.key_dim;
    const std::uint64_t units = of == Of::values  ? dim
                                : of == Of::pairs ? heads.rotary_dim / 2
                                                  : dim - std::min(heads.rotary_dim, dim);
    Part& part = parts.emplace_back(Part{{layer, -1, false}, {}});
    for (std::uint64_t head = 0; head < heads.kv_heads * readers; ++head) {
      const auto kv_head = static_cast<std::int64_t>(head / readers);
      const std::size_t at = attentionDim(shape, layer, kv_head, 0);
      for (std::uint64_t u = 0; u < units; ++u) {
        const std::vector<std::uint64_t> rows = rowsOfUnit(shape, heads, of, u);
        if (at + rows.front() >= origins.size()) continue;
        Unit unit{origins[at + rows.front()], {}};
        for (const std::uint64_t row : rows) {
          unit.rows.push_back(static_cast<std::uint32_t>(head * dim + row));
        }
        part.units.push_back(std::move(unit));
      }
    }
  }
  return parts;
}

// Of the key that all heads of a layer share: its rotary pairs. Those of all layers count as copies
// of each other.
std::vector<Part> sharedKeyParts(const ModelWeights& weights) {
  std::vector<Part> parts;
  for (std::uint64_t l = 0; l < weights.shape().layers; ++l) {
    const Place place{static_cast<std::int64_t>(l), -1, false};
    const std::uint64_t rows = weights.rows(role::kSharedKey, place);
    Part& part = parts.emplace_back(Part{place, {}});
    for (std::uint32_t p = 0; p < rows / 2; ++p) {
      part.units.push_back({p,
                            {static_cast<std::uint32_t>(firstOfPair(weights.shape(), p)),
                             static_cast<std::uint32_t>(secondOfPair(weights.shape(), p, rows))}});
    }
  }
  return parts;
}

std::vector<Part> latentParts(const ModelWeights& weights, std::string_view role) {
  std::vector<Part> parts;
  for (std::uint64_t l = 0; l < weights.shape().layers; ++l) {
    const Place place{static_cast<std::int64_t>(l), -1, false};
    Part& part = parts.emplace_back(Part{place, {}});
    for (std::uint32_t i = 0; i < weights.rows(role, place); ++i) part.units.push_back({i, {i}});
  }
  return parts;
}

std::vector<Part> partsOf(const ModelProfile& model, const GaugeUse& use) {
  const Doubling& doubling = model.doubling();
  if (use.axis == 1 && use.gauge != Gauge::residual_dim) {
    return columnParts(model.weights(), use.role);
  }
  if (use.gauge == Gauge::mlp_unit) return mlpParts(model);
  if (use.role == role::kSharedKey) return sharedKeyParts(model.weights());
  if (use.gauge == Gauge::value_dim) return headParts(model, doubling.value_dims, Of::values);
  if (use.gauge == Gauge::rotary_pair) {
    return headParts(model, doubling.key_dims, Of::pairs, use.role == role::kQuery);
  }
  if (use.gauge == Gauge::rotary_free) return headParts(model, doubling.key_dims, Of::free);
  if (use.gauge == Gauge::latent_dim) return latentParts(model.weights(), use.role);
  return {};
}

// Roles whose rows, signs included, may have led the alignment of a gauge.
std::vector<std::string_view> partnersOf(const GaugeUse& use) {
  if (use.axis == 1) return {};  // columns are paired by their sizes or as they stand
  if (use.gauge == Gauge::mlp_unit) return {role::kGate, role::kKey};
  if (use.gauge == Gauge::value_dim) return {role::kKey, role::kQuery, role::kGate};
  if (use.gauge == Gauge::latent_dim) {
    return {role::kGate,
            use.role == role::kQueryLatent ? role::kKeyValueLatent : role::kQueryLatent};
  }
  if (use.role == role::kSharedKey) return {role::kGate};
  return {role::kValue, role::kGate};
}

double twoSidedP(const SignCount& count) {
  if (count.coins == 0) return 0;
  return stats::twoSided(stats::binomialTail(count.coins, count.heads),
                         stats::binomialTail(count.coins, count.coins - count.heads));
}

std::vector<SelfTest> testsOf(const std::map<std::string, Coins>& all) {
  std::vector<SelfTest> tests;
  for (const auto& [against, coins] : all) {
    const SignCount count = coins.count();
    if (count.coins > 0) tests.push_back({against, count, twoSidedP(count)});
  }
  return tests;
}

class Tester {
 public:
  Tester(const ModelWeights& weights, const GaugeUse& use)
      : use_(use), weights_(weights), biases_(hasBiases(weights, use.role)) {}

  void add(const Part& part) {
    if (weights_.rows(use_.role, part.place) == 0) return;
    const UnitRows own(rowsOf(use_.role, part.place, weights_.matrix(use_.role, part.place)));
    for (const std::string_view partner : partnersOf(use_)) compare(part, own, partner);
    accumulate(part, own);
    compareWithTables(part, own);
    compareTurned(part, own);
  }

  std::vector<SelfTest> results() const { return testsOf(coins_); }

 private:
  // As they are tossed: columns of bands as rows, and biases with what they change sign with.
  Matrix rowsOf(std::string_view role, const Place& place, Matrix stored) const {
    if (use_.axis == 1) return transposed(stored, kColumnsInPlace);
    return biases_ ? withBiases(weights_, role, place, std::move(stored)) : stored;
  }

  static bool fits(const Unit& unit, std::uint64_t rows) {
    return unit.origin != kNoOrigin &&
           std::all_of(unit.rows.begin(), unit.rows.end(), [&](auto r) { return r < rows; });
  }

  void compare(const Part& part, const UnitRows& own, std::string_view partner) {
    // Gates stand beside their ups; everything else once in a layer.
    const Place place = use_.gauge == Gauge::mlp_unit && partner == role::kGate
                            ? part.place
                            : Place{part.place.layer, -1, false};
    if (place != part.place || weights_.rows(partner, place) == 0) return;
    std::vector<std::uint32_t> first(std::min(own.rows, weights_.rows(partner, place)));
    std::iota(first.begin(), first.end(), 0u);
    const UnitRows other(rowsOf(partner, place, weights_.matrix(partner, place, first)));
    if (other.columns != own.columns) return;
    Coins& coins = coins_["rows of equal number of " + std::string(partner)];
    for (const Unit& unit : part.units) {
      if (!fits(unit, std::min(own.rows, other.rows))) continue;
      double sum = 0;
      for (const std::uint32_t r : unit.rows) sum += dot(own.row(r), other.row(r));
      coins.add(unit.origin, sum);
    }
    compareLikeness(part, own, other, partner);
  }

  // Rows that are the partner's under one linear map, the same for all of them, are as alike as the
  // partner's are: sum over rows j before row i of <own i, own j><partner i, partner j>. It turns
  // with row i alone, whatever the map.
  void compareLikeness(const Part& part, const UnitRows& own, const UnitRows& other,
                       std::string_view partner) {
    // Few rows are enough, and fewer where many units are tossed.
    constexpr std::size_t kMost = 64, kFewest = 16, kUnits = 16384;
    const std::size_t most = std::clamp(kUnits / (part.units.size() + 1), kFewest, kMost);
    std::vector<const Unit*> before;
    Coins& coins = coins_["the rows before them, weighed by how alike those of equal number of " +
                          std::string(partner) + " are"];
    std::set<std::uint32_t>& tossed = tossed_by_likeness_[partner];
    for (const Unit& unit : part.units) {
      if (!fits(unit, std::min(own.rows, other.rows))) continue;
      if (tossed.insert(unit.origin).second) {
        double sum = 0;
        const std::size_t first = before.size() - std::min(most, before.size());
        for (std::size_t j = first; j < before.size(); ++j) {
          for (const std::uint32_t r : unit.rows) {
            for (const std::uint32_t q : before[j]->rows) {
              sum += dot(own.row(r), own.row(q)) * dot(other.row(r), other.row(q));
            }
          }
        }
        coins.add(unit.origin, sum);
      }
      before.push_back(&unit);
    }
  }

  void compareWithTables(const Part& part, const UnitRows& own) {
    std::vector<NumberedRow> rows;
    std::vector<double> values;
    for (const Unit& unit : part.units) {
      if (!fits(unit, own.rows)) continue;
      rows.clear();
      values.clear();
      for (const std::uint32_t r : unit.rows) {
        values.insert(values.end(), own.row(r).begin(), own.row(r).end());
      }
      for (std::size_t k = 0; k < unit.rows.size(); ++k) {
        rows.push_back({unit.rows[k], std::span(values).subspan(k * own.columns, own.columns)});
      }
      for (const TableProduct& product : tableProducts(rows)) {
        coins_[product.against].add(unit.origin, product.value);
      }
    }
  }

  // Each row with the one before it: given that, its sign is fair. Of copies only the first tosses.
  void compareTurned(const Part& part, const UnitRows& own) {
    Coins& right = coins_["the row before them turned by one column"];
    Coins& left = coins_["the row before them turned by one column the other way"];
    const Unit* before = nullptr;
    for (const Unit& unit : part.units) {
      if (!fits(unit, own.rows)) continue;
      if (turned_.insert(unit.origin).second && before != nullptr) {
        double to_right = 0, to_left = 0;
        for (std::size_t k = 0; k < unit.rows.size(); ++k) {
          to_right += turnedDot(own.row(unit.rows[k]), own.row(before->rows[k]));
          to_left += turnedDot(own.row(before->rows[k]), own.row(unit.rows[k]));
        }
        right.add(unit.origin, to_right);
        left.add(unit.origin, to_left);
      }
      before = &unit;
    }
  }

  // Rows one after the other, each against the sum of those before it: given these, its sign is
  // fair, and so all coins are independent. A copy of what another part has tossed is a row among
  // those before; a copy in the same part comes after the row that tosses.
  void accumulate(const Part& part, const UnitRows& own) {
    const std::size_t each = part.units.empty() ? 0 : part.units.front().rows.size();
    std::vector<std::vector<float>> sum(each, std::vector<float>(own.columns, 0.0f));
    const auto add = [&](const Unit& unit) {
      for (std::size_t k = 0; k < each; ++k) {
        const Row row = own.row(unit.rows[k]);
        for (std::size_t c = 0; c < row.size(); ++c) sum[k][c] += row[c];
      }
    };
    std::map<std::uint32_t, std::vector<const Unit*>> fresh;  // copies by their origin
    for (const Unit& unit : part.units) {
      if (!fits(unit, own.rows)) continue;
      if (tossed_.contains(unit.origin)) {
        add(unit);
      } else {
        fresh[unit.origin].push_back(&unit);
      }
    }
    Coins& coins = coins_["the sum of the rows before them in their own matrix"];
    for (const auto& [origin, copies] : fresh) {
      const Unit& first = *copies.front();
      double along = 0;
      for (std::size_t k = 0; k < each; ++k) along += dot(own.row(first.rows[k]), Row(sum[k]));
      coins.add(origin, along);
      for (const Unit* copy : copies) add(*copy);
      tossed_.insert(origin);
    }
  }

  const GaugeUse& use_;
  const ModelWeights& weights_;
  bool biases_;
  std::map<std::string, Coins> coins_;
  // Origins.
  std::set<std::uint32_t> tossed_, turned_;
  std::map<std::string_view, std::set<std::uint32_t>> tossed_by_likeness_;
};

// Columns, each against the sum of those before it.
void tossColumns(const UnitRows& rows, Coins& coins) {
  std::vector<double> along(rows.columns, 0.0);
  for (std::uint64_t t = 0; t < rows.rows; ++t) {
    double sum = 0;
    for (std::uint64_t c = 0; c < rows.columns; ++c) {
      along[c] += rows.row(t)[c] * sum;
      sum += rows.row(t)[c];
    }
  }
  for (std::uint32_t c = 0; c < along.size(); ++c) coins.add(c, along[c]);
}

// Columns, each with that which would be its copy had the stream been widened.
class WidenedColumns {
 public:
  explicit WidenedColumns(std::size_t width) : width_(width), ways_(waysOfWidening(width)) {
    for (const Widened& way : ways_) along_.emplace_back(way.neighbours.size(), 0.0);
  }
  void add(const UnitRows& rows) {
    if (rows.columns != width_) return;
    for (std::uint64_t t = 0; t < rows.rows; ++t) {
      const Row row = rows.row(t);
      for (std::size_t w = 0; w < ways_.size(); ++w) {
        for (std::size_t k = 0; k < along_[w].size(); ++k) {
          const auto& [c, copy] = ways_[w].neighbours[k];
          along_[w][k] += double{row[c]} * row[copy];
        }
      }
    }
  }
  void toss(std::map<std::string, Coins>& coins) const {
    for (std::size_t w = 0; w < ways_.size(); ++w) {
      Coins& of_way = coins["what would be its copy where " + ways_[w].what];
      for (std::uint32_t k = 0; k < along_[w].size(); ++k) of_way.add(k, along_[w][k]);
    }
  }

 private:
  std::size_t width_;
  std::vector<Widened> ways_;
  std::vector<std::vector<double>> along_;
};

// Columns, each with that of a table: a frozen table of positions or codes in place of an
// embedding.
void compareColumns(const UnitRows& rows, const std::vector<std::uint32_t>& numbers,
                    std::map<std::string, Coins>& coins) {
  constexpr std::uint64_t kEnough = 256;  // rows: a table shows in each of them
  std::vector<double> row(rows.columns), along;
  for (const PublicTable& table : publicTables()) {
    along.assign(rows.columns, 0.0);
    for (std::uint64_t t = 0; t < std::min(rows.rows, kEnough); ++t) {
      table.row(numbers[t], row);
      for (std::uint64_t c = 0; c < rows.columns; ++c) along[c] += rows.row(t)[c] * row[c];
    }
    Coins& of_table = coins["columns of equal number of " + std::string(table.name)];
    for (std::uint32_t c = 0; c < along.size(); ++c) of_table.add(c, along[c]);
  }
}

// Coordinates of the stream, in the embeddings of the tokens named; where maps of the stream are
// tossed also in the rows that make these.
std::vector<SelfTest> residualTests(const ModelWeights& weights, const GaugeUse& use,
                                    const std::vector<std::uint32_t>& tokens) {
  constexpr std::uint64_t kMostRows = 256;  // of an MLP
  std::map<std::string, Coins> coins;
  Coins& of_sums = coins["the sum of the coordinates before them"];
  WidenedColumns widened(weights.shape().hidden);
  for (const std::string_view role : {role::kEmbedding, role::kOutput}) {
    if (tokens.empty() || weights.rows(role, {}) == 0) continue;
    const UnitRows rows(weights.matrix(role, {}, tokens));
    tossColumns(rows, of_sums);
    widened.add(rows);
    compareColumns(rows, tokens, coins);
  }
  for (const Place& place : weights.mlps()) {
    const std::uint64_t rows = std::min(kMostRows, weights.rows(use.role, place));
    if (use.role != role::kUp || rows == 0) continue;
    std::vector<std::uint32_t> first(rows);
    std::iota(first.begin(), first.end(), 0u);
    const UnitRows ups(weights.matrix(use.role, place, first));
    tossColumns(ups, of_sums);
    widened.add(ups);
  }
  widened.toss(coins);
  return testsOf(coins);
}

// Latents and columns that stand in for copied layers are found by the sign test itself, so each
// layer is tested for itself here.
std::vector<SelfTest> byLayer(const ModelProfile& model, const GaugeUse& use) {
  std::map<std::string, SelfTest> least;
  std::size_t layers = 0;
  for (const Part& part : partsOf(model, use)) {
    Tester tester(model.weights(), use);
    tester.add(part);
    const std::vector<SelfTest> tests = tester.results();
    layers += !tests.empty();
    for (const SelfTest& test : tests) {
      const auto [at, fresh] = least.try_emplace(test.against, test);
      if (!fresh && test.log10_p < at->second.log10_p) at->second = test;
    }
  }
  std::vector<SelfTest> tests;
  for (auto& [against, test] : least) {
    test.log10_p = std::min(0.0, test.log10_p + std::log10(static_cast<double>(layers)));
    tests.push_back(test);
  }
  return tests;
}

}  // namespace

std::vector<SelfTest> selfTests(const ModelProfile& model, const GaugeUse& use,
                                const std::vector<std::uint32_t>& tokens) {
  if (use.gauge == Gauge::residual_dim) return residualTests(model.weights(), use, tokens);
  if (use.gauge == Gauge::latent_dim || use.axis == 1) return byLayer(model, use);
  Tester tester(model.weights(), use);
  for (const Part& part : partsOf(model, use)) tester.add(part);
  return tester.results();
}

namespace {

std::optional<std::string> failed(const ModelProfile& model, const GaugeUse& use,
                                  const std::vector<std::uint32_t>& tokens) {
  const std::vector<SelfTest> tests = selfTests(model, use, tokens);
  const auto worst =
      std::min_element(tests.begin(), tests.end(),
                       [](const SelfTest& x, const SelfTest& y) { return x.log10_p < y.log10_p; });
  if (worst == tests.end() ||
      worst->log10_p + std::log10(static_cast<double>(tests.size())) > kLog10Unfair) {
    return std::nullopt;
  }
  return fmt::format(
      "a sign test needs signs that are fair given everything that the alignment reads, and in "
      "{} alone they are not: {} of {} units of {} have a positive product with {} (p = "
      "10^{:.1f})",
      model.weights().model(), worst->count.heads, worst->count.coins, use.role, worst->against,
      worst->log10_p);
}

}  // namespace

template <class Key, class Work>
SelfTests::Reason SelfTests::once(ByKey<Key>& known, const Key& key, const Work& work) {
  std::unique_lock lock(mutex_);
  Known& one = known[key];  // stays where it is
  lock.unlock();
  std::call_once(one.made, [&] { one.reason = work(); });
  return one.reason;
}

SelfTests::Reason SelfTests::computed(const ModelProfile& model, std::string_view role,
                                      const std::vector<std::uint32_t>& tokens) {
  return once(computed_, Computed{&model, role, tokens},
              [&] { return computedIn(model.weights(), role, tokens); });
}

SelfTests::Reason SelfTests::computed(const ModelProfile& model, const GaugeUse& use) {
  for (const std::string_view role : rolesBehind(use)) {
    if (Reason reason = computed(model, role)) return reason;
  }
  return std::nullopt;
}

SelfTests::Reason SelfTests::ordered(const ModelProfile& model, const GaugeUse& use) {
  return once(ordered_, std::pair(&model, use.gauge), [&] { return notRandomOrder(model, use); });
}

SelfTests::Reason SelfTests::against(const ModelProfile& model, const GaugeUse& use,
                                     const std::vector<std::uint32_t>& tokens) {
  // Which tokens are read is a matter of the pair.
  const bool of_pair = use.gauge == Gauge::residual_dim;
  const auto test = [&]() -> Reason {
    if (Reason reason = failed(model, use, tokens); reason || of_pair) return reason;
    const Reason shared = sameNumbersIn(model.weights(), use.role, use.axis);
    if (!shared) return shared;
    return "a sign test needs signs that are drawn one by one: " + *shared;
  };
  const Unfair key{&model, use.of, use.gauge, use.role};
  if (Reason reason = of_pair ? test() : once(unfair_, key, test)) return reason;
  if (Reason reason = computed(model, use)) return reason;
  if (!of_pair) return std::nullopt;
  const auto some = std::min(tokens.size(), kRowsLookedAt);
  const std::vector<std::uint32_t> first(tokens.begin(),
                                         tokens.begin() + static_cast<std::ptrdiff_t>(some));
  for (const std::string_view role : {role::kEmbedding, role::kOutput}) {
    if (Reason reason = computed(model, role, first)) return reason;
  }
  return std::nullopt;
}

}  // namespace kindred::align
