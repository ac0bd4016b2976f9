// How values of pairs of layers depend on where the layers lie: on or off the diagonal, early or
// late, near or far. Describes; no p-value.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <kindred/analysis/survey/moments.hpp>
#include <kindred/test.hpp>

namespace {

using kindred::Finding;
using kindred::TableRow;

constexpr std::int64_t kDistances[] = {1, 2, 4, 8, 16, 32};

double mean(const std::vector<double>& values) {
  return values.empty() ? std::numeric_limits<double>::quiet_NaN()
                        : kindred::survey::momentsOf(std::span<const double>(values)).mean;
}

// The first or last so many values by layer.
double meanOf(const std::vector<double>& values, std::size_t first, std::size_t count) {
  return mean({values.begin() + static_cast<std::ptrdiff_t>(first),
               values.begin() + static_cast<std::ptrdiff_t>(first + count)});
}

class LayerDecay final : public kindred::Test {
 public:
  std::vector<Finding> onTable(const kindred::Table& table) override {
    std::vector<double> values, distances, off;
    std::map<std::int64_t, std::vector<double>> by_layer, by_distance;
    for (const TableRow& row : table.rows) {
      checkLayers(table, row);
      if (!std::isfinite(row.value)) continue;
      const std::int64_t distance = std::abs(row.layer_a - row.layer_b);
      values.push_back(row.value);
      distances.push_back(static_cast<double>(distance));
      by_distance[distance].push_back(row.value);
      if (distance == 0) {
        by_layer[row.layer_a].push_back(row.value);
      } else {
        off.push_back(row.value);
      }
    }
    std::vector<double> diagonal;  // one a layer
    for (const auto& [layer, of_layer] : by_layer) diagonal.push_back(mean(of_layer));
    if (diagonal.size() < 2) {
      throw kindred::inputError(
          table.figure, "fewer than two layers meet a layer of their number",
          "give the step that measures it 'pair: all-layers' or 'same-layer'");
    }
    return {findingOf(diagonal, off, values, distances, by_distance)};
  }

 private:
  static void checkLayers(const kindred::Table& table, const TableRow& row) {
    if (row.layer_a >= 0 && row.layer_b >= 0) return;
    throw kindred::inputError(
        table.figure,
        "'" + row.tensor_a + "' against '" + row.tensor_b + "' belongs to no pair of layers",
        "select tensors with a {layer} capture or a role of the layers");
  }

  static Finding findingOf(const std::vector<double>& diagonal, const std::vector<double>& off,
                           const std::vector<double>& values, const std::vector<double>& distances,
                           const std::map<std::int64_t, std::vector<double>>& by_distance) {
    const std::size_t n = diagonal.size(), half = n / 2, third = n / 3;
    Finding finding;
    finding.gauge = kindred::Gauge::layer;
    finding.units = values.size();
    finding.null = "none: the figures describe";
    finding.assumptions =
        "Describes only: depth alone makes like-numbered layers of independent models alike, and "
        "early layers differ from late ones in every model.";
    const double on = mean(diagonal);
    const double early = meanOf(diagonal, 0, half), late = meanOf(diagonal, half, n - half);
    finding.details = {
        {"diagonal", on},
        {"off_diagonal", mean(off)},
        {"early", early},
        {"late", late},
        {"decay", early - late},
        {"early_third", third == 0 ? diagonal.front() : meanOf(diagonal, 0, third)},
        {"late_third", third == 0 ? diagonal.back() : meanOf(diagonal, n - third, third)},
        {"pearson", kindred::survey::pearson(std::span<const double>(values),
                                             std::span<const double>(distances))}};
    for (const std::int64_t distance : kDistances) {
      const auto at = by_distance.find(distance);
      if (at == by_distance.end()) continue;
      finding.details["distance_" + std::to_string(distance)] = mean(at->second);
    }
    finding.statistic = on - mean(off);
    return finding;
  }
};

constexpr kindred::Entry measured(const char* name, const char* help) {
  return kindred::figure(name, help)
      .in(kindred::Unit::measured, -kindred::kUnbounded, kindred::kUnbounded);
}

}  // namespace

KINDRED_TEST(LayerDecay, "layer-decay", "1.0",
             "How a figure depends on the places of the two layers; describes only",
             measured("diagonal", "mean over layers of the same number"),
             measured("off_diagonal", "mean over pairs of different layers"),
             measured("early", "mean of the diagonal's first half"),
             measured("late", "mean of the diagonal's second half"),
             measured("decay", "early - late"),
             measured("early_third", "mean of the diagonal's first third"),
             measured("late_third", "mean of the diagonal's last third"),
             kindred::figure("pearson", "correlation of values with the distance of layers")
                 .in(kindred::Unit::cosine, -1, 1),
             measured("distance_1", "mean over pairs one layer apart"),
             measured("distance_2", "two layers apart"),
             measured("distance_4", "four layers apart"),
             measured("distance_8", "eight layers apart"),
             measured("distance_16", "16 layers apart"), measured("distance_32", "32 layers apart"))
