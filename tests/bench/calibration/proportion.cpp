#include "proportion.hpp"

#include <cmath>

#include <kindred/analysis/stats/tails.hpp>

namespace kindred::calibration {
namespace {

constexpr double kHalf = 0.025;  // outside on either side

// The q at which P(Bin(n, q) >= k) reaches `probability`; it grows with q.
double quantile(std::uint64_t n, std::uint64_t k, double probability) {
  double low = 0, high = 1;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    const bool below = std::pow(10, stats::binomialTail(n, k, middle)) < probability;
    (below ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

Proportion proportion(std::uint64_t successes, std::uint64_t trials) {
  Proportion result{successes, trials, 0, 1};
  if (successes > 0) result.low = quantile(trials, successes, kHalf);
  if (successes < trials) result.high = quantile(trials, successes + 1, 1 - kHalf);
  return result;
}

}  // namespace kindred::calibration
