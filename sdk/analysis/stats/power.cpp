#include <kindred/analysis/stats/power.hpp>

#include <cassert>
#include <cmath>

#include <kindred/analysis/stats/tails.hpp>

namespace kindred::stats {

double headProbability(double rho, double width) {
  assert(rho >= 0 && rho < 1 && width > 0);
  const double z = std::sqrt(width) * rho / std::sqrt(1 - rho * rho);
  return 0.5 * std::erfc(-z / std::sqrt(2.0));
}

double detectionProbability(std::uint64_t coins, double width, double rho, double log10_alpha) {
  const std::uint64_t critical = binomialCritical(coins, log10_alpha);
  if (critical > coins) return 0;
  return std::pow(10.0, binomialTail(coins, critical, headProbability(rho, width)));
}

std::optional<double> detectableCorrelation(std::uint64_t coins, double width, double log10_alpha,
                                            double probability) {
  const std::uint64_t critical = binomialCritical(coins, log10_alpha);
  if (critical > coins) return std::nullopt;
  double low = 0;
  double high = 1;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    const double found =
        std::pow(10.0, binomialTail(coins, critical, headProbability(middle, width)));
    (found < probability ? low : high) = middle;
  }
  return high;
}

}  // namespace kindred::stats
