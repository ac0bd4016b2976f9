#include "stats/multiplicity.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

namespace kindred::stats {

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
  const std::size_t pairs = scores.front().size();
  std::vector<double> own(scores.size(), 1), smallest(pairs, 1);
  for (std::size_t t = 0; t < scores.size(); ++t) {
    const auto scored = static_cast<double>(
        std::count_if(scores[t].begin(), scores[t].end(), [](double s) { return !std::isnan(s); }));
    for (std::size_t i = 0; i < pairs; ++i) {
      const double score = scores[t][i];
      if (std::isnan(score)) continue;
      const auto as_extreme = std::count_if(scores[t].begin(), scores[t].end(),
                                            [&](double other) { return other >= score; });
      const double p = static_cast<double>(as_extreme) / scored;
      if (i == 0) own[t] = p;
      smallest[i] = std::min(smallest[i], p);
    }
  }
  std::vector<double> adjusted;
  for (const double p : own) {
    const auto as_small =
        std::count_if(smallest.begin(), smallest.end(), [&](double other) { return other <= p; });
    adjusted.push_back(std::log10(static_cast<double>(as_small) / static_cast<double>(pairs)));
  }
  return adjusted;
}

double conformalFloor(std::size_t controls) {
  return -std::log10(static_cast<double>(controls) + 1);
}

}  // namespace kindred::stats
