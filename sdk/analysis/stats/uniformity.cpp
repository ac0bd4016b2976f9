#include <kindred/analysis/stats/uniformity.hpp>

#include <algorithm>
#include <cmath>

namespace kindred::stats {

Uniformity uniformity(std::vector<double> log10_p, double level) {
  constexpr double kSmall = 0.05;
  std::sort(log10_p.begin(), log10_p.end());
  const auto n = static_cast<double>(log10_p.size());
  Uniformity result;
  result.count = log10_p.size();
  result.bound = std::sqrt(-std::log(level / 2) / (2 * n));
  result.log10_least = log10_p.front();
  result.log10_least_bound = std::log10(level / 2 / n);
  double below = 0;
  for (const double logarithm : log10_p) {
    const double p = std::pow(10.0, logarithm);
    ++below;
    if (p <= kSmall) result.share = below / n;
    result.distance = std::max(result.distance, below / n - p);
  }
  return result;
}

}  // namespace kindred::stats
