#include "align/order.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <kindred/analysis/stats/ranks.hpp>

#include "align/dot.hpp"
#include "align/public_tables.hpp"

namespace kindred::align {
namespace {

constexpr double kLevel = 1e-3;  // of all figures of a gauge together, on either side

using Measures = std::vector<double>;

bool usable(std::span<const double> measures) {
  return measures.size() >= 2 &&
         std::all_of(measures.begin(), measures.end(), [](double x) { return std::isfinite(x); }) &&
         std::any_of(measures.begin(), measures.end(),
                     [&](double x) { return x != measures.front(); });
}

// In double, into a buffer that the next call takes again.
class WideRows {
 public:
  explicit WideRows(const Matrix& matrix) : matrix_(matrix), row_(matrix.columns) {}
  std::span<const double> of(std::uint64_t row) {
    std::copy_n(matrix_.values.data() + row * matrix_.columns, matrix_.columns, row_.begin());
    return row_;
  }

 private:
  const Matrix& matrix_;
  std::vector<double> row_;
};

Measures rowLengths(const Matrix& matrix) {
  Measures lengths(matrix.rows);
  WideRows rows(matrix);
  for (std::uint64_t r = 0; r < matrix.rows; ++r) {
    const std::span<const double> row = rows.of(r);
    lengths[r] = dot(row, row);
  }
  return lengths;
}

Measures columnLengths(const Matrix& matrix) {
  Measures lengths(matrix.columns);
  WideRows rows(matrix);
  for (std::uint64_t r = 0; r < matrix.rows; ++r) {
    const std::span<const double> row = rows.of(r);
    for (std::size_t c = 0; c < row.size(); ++c) lengths[c] += row[c] * row[c];
  }
  return lengths;
}

// Cosines of the rows with the sum of all: what they have in common.
Measures commonPart(const Matrix& matrix, const Measures& lengths) {
  std::vector<double> sum(matrix.columns);
  WideRows rows(matrix);
  for (std::uint64_t r = 0; r < matrix.rows; ++r) {
    const std::span<const double> row = rows.of(r);
    for (std::size_t c = 0; c < row.size(); ++c) sum[c] += row[c];
  }
  Measures part(matrix.rows);
  for (std::uint64_t r = 0; r < matrix.rows; ++r) {
    const double along = dot(std::span<const double>(sum), rows.of(r));
    part[r] = lengths[r] > 0 ? along / std::sqrt(lengths[r]) : 0;
  }
  return part;
}

Measures headLengths(const Matrix& matrix, std::uint64_t heads) {
  const Measures rows = rowLengths(matrix);
  Measures lengths(heads);
  for (std::size_t r = 0; r < rows.size(); ++r) lengths[r * heads / rows.size()] += rows[r];
  return lengths;
}

// How much better rows fit the rows of equal number of a public table than those of other numbers.
// Under a random order the figure has mean 0 and variance 1: Hoeffding, Annals of Mathematical
// Statistics 22 (1951), of sums over a random assignment.
class TableFit {
 public:
  void add(const Matrix& rows, const PublicTable& table) {
    const std::size_t n = std::min<std::size_t>(rows.rows, kMostRows);
    if (n < 2) return;
    std::vector<double> fit(n * n), of_row(n), of_number(n);
    std::vector<double> expected(n * rows.columns);
    for (std::size_t number = 0; number < n; ++number) {
      table.row(number, std::span(expected).subspan(number * rows.columns, rows.columns));
    }
    double mean = 0, own = 0;
    WideRows wide(rows);
    for (std::size_t r = 0; r < n; ++r) {
      const std::span<const double> row = wide.of(r);
      for (std::size_t number = 0; number < n; ++number) {
        const double sum =
            dot(row, std::span<const double>(expected).subspan(number * rows.columns, row.size()));
        fit[r * n + number] = std::isfinite(sum) ? std::abs(sum) : 0;
        of_row[r] += fit[r * n + number];
        of_number[number] += fit[r * n + number];
        mean += fit[r * n + number];
      }
    }
    const auto count = static_cast<double>(n);
    double square = 0;
    for (std::size_t r = 0; r < n; ++r) {
      own += fit[r * n + r];
      for (std::size_t number = 0; number < n; ++number) {
        const double rest = fit[r * n + number] - of_row[r] / count - of_number[number] / count +
                            mean / (count * count);
        square += rest * rest;
      }
    }
    if (!(square > 0)) return;
    sum_ += (own - mean / count) / std::sqrt(square / (count - 1));
    ++parts_;
  }

  double figure() const { return parts_ == 0 ? 0 : sum_ / std::sqrt(static_cast<double>(parts_)); }

 private:
  static constexpr std::size_t kMostRows = 128;
  double sum_ = 0;
  std::size_t parts_ = 0;
};

// Trends by what was measured.
class Trends {
 public:
  void add(const std::string& what, const Measures& measures) { trends_[what].add(measures); }
  void addRows(const std::string& what, const Matrix& rows) {
    for (const PublicTable& table : publicTables()) {
      fits_[what + " that fit " + std::string(table.name)].add(rows, table);
    }
  }

  // What follows the order.
  std::optional<std::string> found() const {
    const auto looks = static_cast<double>(trends_.size() * OrderTrend::kFigures + fits_.size());
    double largest = std::sqrt(2 * std::log(looks / kLevel));  // of so many normal figures
    std::optional<std::string> most;
    for (const auto& [what, trend] : trends_) {
      if (trend.largest() <= largest) continue;
      largest = trend.largest();
      most = what +
             " follow the order in which they stand: it was sorted, or repeats itself, and "
             "is not random";
    }
    for (const auto& [what, fit] : fits_) {
      if (fit.figure() <= largest) continue;
      largest = fit.figure();
      most = what + " stand where that table has them: their order is no model's own";
    }
    return most;
  }

 private:
  std::map<std::string, OrderTrend> trends_;
  std::map<std::string, TableFit> fits_;
};

void addMatrix(const ModelWeights& weights, std::string_view role, const Place& place,
               const std::string& what, Trends& trends) {
  if (weights.rows(role, place) < 2) return;
  const Matrix matrix = weights.matrix(role, place);
  const Measures lengths = rowLengths(matrix);
  trends.add("lengths of " + what, lengths);
  trends.add("directions of " + what, commonPart(matrix, lengths));
}

// The number that joined parts have in common; their own where nothing was joined.
std::uint32_t groupOf(const std::vector<std::uint32_t>& groups, std::size_t part) {
  return part < groups.size() ? groups[part] : static_cast<std::uint32_t>(part);
}

// Doubled MLPs share one order, which counts once.
void measureUnits(const ModelProfile& model, Trends& trends) {
  const ModelWeights& weights = model.weights();
  std::set<std::uint32_t> groups;
  for (std::size_t m = 0; m < weights.mlps().size(); ++m) {
    if (!groups.insert(groupOf(model.doubling().mlp_groups, m)).second) continue;
    const Place& place = weights.mlps()[m];
    addMatrix(weights, role::kGate, place, "gate rows", trends);
    addMatrix(weights, role::kUp, place, "up rows", trends);
    if (weights.rows(role::kDown, place) != weights.shape().hidden) continue;
    trends.add("lengths of down columns", columnLengths(weights.matrix(role::kDown, place)));
  }
}

std::vector<Place> layersOnce(const ModelProfile& model) {
  std::vector<Place> places;
  std::set<std::uint32_t> groups;
  for (std::uint64_t l = 0; l < model.weights().shape().layers; ++l) {
    if (!groups.insert(groupOf(model.doubling().attention_groups, l)).second) continue;
    places.push_back({static_cast<std::int64_t>(l), -1, false});
  }
  return places;
}

void measureExperts(const ModelProfile& model, Trends& trends) {
  for (const Place& place : layersOnce(model)) {
    if (model.weights().rows(role::kRouter, place) < 2) continue;
    addMatrix(model.weights(), role::kRouter, place, "router rows", trends);
    trends.addRows("router rows", model.weights().matrix(role::kRouter, place));
  }
}

void measureHeads(const ModelProfile& model, Trends& trends) {
  const ModelWeights& weights = model.weights();
  for (const Place& place : layersOnce(model)) {
    const std::uint64_t heads = weights.shape().headsOf(place.layer).kv_heads;
    for (const std::string_view role : {role::kKey, role::kValue}) {
      const std::uint64_t rows = weights.rows(role, place);
      if (heads < 2 || rows == 0 || rows % heads != 0) continue;
      trends.add(role == role::kKey ? "lengths of keys" : "lengths of values",
                 headLengths(weights.matrix(role, place), heads));
    }
  }
}

// Adds the squares of one norm's gains, all norms counting alike.
void addGains(const Measures& gains, Measures& together) {
  double square = 0;
  for (const double gain : gains) square += gain * gain;
  if (together.empty()) together.resize(gains.size());
  if (!std::isfinite(square) || square <= 0 || together.size() != gains.size()) return;
  for (std::size_t c = 0; c < gains.size(); ++c) together[c] += gains[c] * gains[c] / square;
}

// All layers have one order of coordinates: their measures are no parts of one trend. What follows
// the order a little in every layer is seen in all together.
void measureCoordinates(const ModelProfile& model, Trends& trends) {
  const ModelWeights& weights = model.weights();
  Measures together;
  const auto add = [&](std::string_view role, std::int64_t layer, const std::string& what) {
    const Place place{layer, -1, false};
    if (weights.rows(role, place) == 0) return;
    const Matrix matrix = weights.matrix(role, place);
    const Measures measures = matrix.rows == 1
                                  ? Measures(matrix.values.begin(), matrix.values.end())
                                  : columnLengths(matrix);
    trends.add(what + (layer < 0 ? "" : " of layer " + std::to_string(layer)), measures);
    if (matrix.rows == 1) addGains(measures, together);
  };
  add(role::kFinalNorm, -1, "final gains");
  for (std::uint64_t l = 0; l < weights.shape().layers; ++l) {
    const auto layer = static_cast<std::int64_t>(l);
    add(role::kAttentionNorm, layer, "attention gains");
    add(role::kMlpNorm, layer, "MLP gains");
    add(role::kRouter, layer, "router columns");
  }
  trends.add("gains of all norms together", together);
}

}  // namespace

void OrderTrend::add(std::span<const double> measures) {
  if (!usable(measures)) return;
  const std::vector<std::uint64_t> ranks = stats::doubledRanks(measures);
  const std::size_t n = ranks.size();
  const double mean = static_cast<double>(n) + 1;  // of doubled ranks
  std::vector<double> centred(n);
  double square = 0, by_number = 0, numbers = 0;
  for (std::size_t i = 0; i < n; ++i) {
    centred[i] = static_cast<double>(ranks[i]) - mean;
    const double number = 2 * static_cast<double>(i + 1) - mean;
    square += centred[i] * centred[i];
    by_number += centred[i] * number;
    numbers += number * number;
  }
  ++parts_;
  sums_[0] += by_number / std::sqrt(square * numbers) * std::sqrt(static_cast<double>(n - 1));
  // Neighbours; and copies of a smaller model beside each other or one after the other.
  const std::size_t distances[] = {1, 2, n / 4, n / 3, n / 2};
  for (std::size_t k = 0; k < std::size(distances); ++k) {
    const std::size_t distance = distances[k];
    if (distance == 0 || n < 8) continue;
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += centred[i] * centred[(i + distance) % n];
    const double expected = -1 / static_cast<double>(n - 1);
    const double pairs = static_cast<double>(2 * distance == n ? n / 2 : n);  // that differ
    sums_[k + 1] += (sum / square - expected) * std::sqrt(pairs);
  }
}

double OrderTrend::largest() const {
  double largest = 0;
  for (const double sum : sums_) largest = std::max(largest, std::abs(sum));
  return parts_ == 0 ? 0 : largest / std::sqrt(static_cast<double>(parts_));
}

std::optional<std::string> notRandomOrder(const ModelProfile& model, const GaugeUse& use) {
  Trends trends;
  if (use.gauge == Gauge::mlp_unit) measureUnits(model, trends);
  if (use.gauge == Gauge::expert) measureExperts(model, trends);
  if (use.gauge == Gauge::kv_group) measureHeads(model, trends);
  if (use.gauge == Gauge::residual_dim) measureCoordinates(model, trends);
  const std::optional<std::string> what = trends.found();
  if (!what) return std::nullopt;
  return "in " + model.weights().model() + " the " + *what;
}

}  // namespace kindred::align
