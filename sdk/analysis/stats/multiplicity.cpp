#include <kindred/analysis/stats/multiplicity.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <numeric>

namespace kindred::stats {
namespace {

double medianOf(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Distances from the median in units of the median distance; of the mean distance where half of
// the values are equal, and 0 where all are. NaN stays.
std::vector<double> standardised(const std::vector<double>& values) {
  std::vector<double> known;
  std::copy_if(values.begin(), values.end(), std::back_inserter(known),
               [](double x) { return !std::isnan(x); });
  if (known.empty()) return values;
  const double median = medianOf(known);
  double mean = 0;
  for (double& x : known) {
    x = std::abs(x - median);
    mean += x / static_cast<double>(known.size());
  }
  const double typical = medianOf(known);
  const double spread = typical > 0 ? typical : mean;
  std::vector<double> standard(values);
  for (double& x : standard) x = spread > 0 ? (x - median) / spread : 0 * x;
  return standard;
}

}  // namespace

std::vector<double> holm(std::span<const double> log10_p) {
  std::vector<std::size_t> order(log10_p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return log10_p[i] < log10_p[j]; });
  std::vector<double> adjusted(log10_p.size());
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const double left = static_cast<double>(order.size() - rank);  // tests not yet rejected
    largest = std::max(largest, log10_p[order[rank]] + std::log10(left));
    adjusted[order[rank]] = std::min(0.0, largest);
  }
  return adjusted;
}

double conformal(double score, std::span<const double> controls) {
  const auto as_extreme =
      std::count_if(controls.begin(), controls.end(), [&](double c) { return c >= score; });
  return std::log10(static_cast<double>(as_extreme) + 1) + conformalFloor(controls.size());
}

std::vector<double> conformalTogether(std::span<const std::vector<double>> scores) {
  if (scores.empty()) return {};
  constexpr double kNone = -std::numeric_limits<double>::infinity();
  const std::size_t pairs = scores.front().size();
  std::vector<double> own, largest(pairs, kNone);
  for (const std::vector<double>& of_pairs : scores) {
    const std::vector<double> standard = standardised(of_pairs);
    own.push_back(std::isnan(standard.front()) ? kNone : standard.front());
    for (std::size_t i = 0; i < pairs; ++i) {
      if (standard[i] > largest[i]) largest[i] = standard[i];
    }
  }
  std::vector<double> adjusted;
  for (const double score : own) {
    const auto as_large =
        std::count_if(largest.begin(), largest.end(), [&](double other) { return other >= score; });
    adjusted.push_back(std::log10(static_cast<double>(as_large) / static_cast<double>(pairs)));
  }
  return adjusted;
}

double conformalFloor(std::size_t controls) {
  return -std::log10(static_cast<double>(controls) + 1);
}

}  // namespace kindred::stats
