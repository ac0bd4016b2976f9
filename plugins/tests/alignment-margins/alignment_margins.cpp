// Which layer of B is each layer of A most like, by what margin, and how often is it the one of the
// same number?
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <kindred/random.hpp>
#include <kindred/test.hpp>

namespace {

using kindred::Finding;
using kindred::TableRow;

// Rows are layers of A, columns layers of B; NaN where nothing is defined.
struct Grid {
  std::vector<std::int64_t> layers_a, layers_b;
  std::vector<double> values;

  double at(std::size_t row, std::size_t column) const {
    return values[row * layers_b.size() + column];
  }
};

Grid gridOf(const kindred::Table& table) {
  std::map<std::pair<std::int64_t, std::int64_t>, std::pair<double, double>> sums;
  std::set<std::int64_t> in_a, in_b;
  for (const TableRow& row : table.rows) {
    if (row.layer_a < 0 || row.layer_b < 0) {
      throw kindred::inputError(
          table.figure,
          "'" + row.tensor_a + "' against '" + row.tensor_b + "' belongs to no pair of layers",
          "select tensors with a {layer} capture or a role of the layers");
    }
    in_a.insert(row.layer_a);
    in_b.insert(row.layer_b);
    if (!std::isfinite(row.value)) continue;
    auto& [sum, count] = sums[{row.layer_a, row.layer_b}];
    sum += row.value;
    ++count;
  }
  Grid grid{{in_a.begin(), in_a.end()}, {in_b.begin(), in_b.end()}, {}};
  for (const std::int64_t a : grid.layers_a) {
    for (const std::int64_t b : grid.layers_b) {
      const auto at = sums.find({a, b});
      grid.values.push_back(at == sums.end() ? std::numeric_limits<double>::quiet_NaN()
                                             : at->second.first / at->second.second);
    }
  }
  return grid;
}

// A row's largest value: in which column, and how far above the next.
struct Top {
  std::int64_t layer;
  std::size_t column;
  double margin;
};

std::vector<Top> topsOf(const Grid& grid) {
  std::vector<Top> tops;
  for (std::size_t r = 0; r < grid.layers_a.size(); ++r) {
    double first = -std::numeric_limits<double>::infinity(), second = first;
    std::size_t column = 0;
    for (std::size_t c = 0; c < grid.layers_b.size(); ++c) {
      const double value = grid.at(r, c);
      if (value > first) {
        second = first;
        first = value;
        column = c;
      } else if (value > second) {
        second = value;
      }
    }
    if (std::isfinite(second)) tops.push_back({grid.layers_a[r], column, first - second});
  }
  return tops;
}

std::uint64_t hits(const std::vector<Top>& tops, const std::vector<std::int64_t>& labels) {
  return static_cast<std::uint64_t>(std::count_if(
      tops.begin(), tops.end(), [&](const Top& top) { return labels[top.column] == top.layer; }));
}

class AlignmentMargins final : public kindred::Test {
 public:
  explicit AlignmentMargins(const kindred::Parameters& p)
      : permutations_(static_cast<std::uint64_t>(p.integer("permutations"))),
        seed_(static_cast<std::uint64_t>(p.integer("seed"))) {}

  std::vector<Finding> onTable(const kindred::Table& table) override {
    const Grid grid = gridOf(table);
    const std::vector<Top> tops = topsOf(grid);
    if (tops.empty()) {
      throw kindred::inputError(table.figure, "no layer of one model meets two layers of the other",
                                "give the step that measures it 'pair: all-layers'");
    }
    return {findingOf(grid, tops)};
  }

 private:
  Finding findingOf(const Grid& grid, const std::vector<Top>& tops) const {
    const std::uint64_t observed = hits(tops, grid.layers_b);
    std::vector<std::int64_t> labels = grid.layers_b;
    kindred::Random random(seed_);
    std::uint64_t as_large = 0;
    double sum = 0;
    for (std::uint64_t t = 0; t < permutations_; ++t) {
      random.shuffle(std::span(labels));
      const std::uint64_t drawn = hits(tops, labels);
      as_large += drawn >= observed;
      sum += static_cast<double>(drawn);
    }
    const auto n = static_cast<double>(tops.size());
    const auto draws = static_cast<double>(permutations_);
    double margins = 0, least = std::numeric_limits<double>::infinity(), drift = 0;
    std::set<std::size_t> chosen;
    for (const Top& top : tops) {
      margins += top.margin;
      least = std::min(least, top.margin);
      drift += static_cast<double>(std::abs(grid.layers_b[top.column] - top.layer));
      chosen.insert(top.column);
    }
    Finding finding;
    finding.gauge = kindred::Gauge::layer;
    finding.units = tops.size();
    finding.null = "the numbers of B's layers are exchanged";
    finding.assumptions =
        "Describes only: layers are not exchangeable, since depth alone makes like-numbered layers "
        "alike in independent models.";
    finding.statistic = static_cast<double>(observed) / n;
    finding.log10_p_floor = -std::log10(draws + 1);
    finding.log10_p = std::log10((static_cast<double>(as_large) + 1) / (draws + 1));
    finding.seed = seed_;
    finding.details = {
        {"rate", finding.statistic}, {"expected", sum / draws / n},
        {"margin", margins / n},     {"least_margin", least},
        {"drift", drift / n},        {"distinct", static_cast<double>(chosen.size()) / n},
        {"permutations", draws}};
    return finding;
  }

  std::uint64_t permutations_;
  std::uint64_t seed_;
};

}  // namespace

KINDRED_TEST(
    AlignmentMargins, "alignment-margins", "1.0",
    "Is each layer most like the one of its own number, and by what margin? Describes only",
    kindred::figure("rate", "share of A's layers most like B's of the same number")
        .in(kindred::Unit::share, 0, 1),
    kindred::figure("expected", "the rate under shuffled layer numbers")
        .in(kindred::Unit::share, 0, 1),
    kindred::figure("margin", "mean lead of the most alike layer over the second")
        .in(kindred::Unit::measured, 0, kindred::kUnbounded),
    kindred::figure("least_margin", "smallest lead")
        .in(kindred::Unit::measured, 0, kindred::kUnbounded),
    kindred::figure("drift", "mean distance of the most alike layer from the own number, in layers")
        .in(kindred::Unit::number, 0, kindred::kUnbounded),
    kindred::figure("distinct", "how many layers of B are chosen, over A's layers")
        .in(kindred::Unit::share, 0, 1),
    kindred::figure("permutations", "how many orders were drawn")
        .in(kindred::Unit::count, 0, kindred::kUnbounded),
    kindred::integer("permutations", "9999", 99, 1e7, "orders drawn at random"),
    kindred::integer("seed", "0", 0, 9007199254740991.0, "of the orders"))
