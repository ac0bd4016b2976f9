#include <kindred/analysis/stats/spearman.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <vector>

#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/ranks.hpp>
#include <kindred/random.hpp>

namespace kindred::stats {

namespace {

std::uint64_t squaredDistance(std::span<const std::size_t> permutation) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < permutation.size(); ++i) {
    const std::uint64_t d = permutation[i] > i ? permutation[i] - i : i - permutation[i];
    sum += d * d;
  }
  return sum;
}

// Permutations of n by their sum of squared distances, counted over the sets of images that the
// first positions use: 2^n sets instead of n! permutations.
std::vector<double> countByDistance(std::size_t n) {
  const std::size_t largest = n * (n * n - 1) / 3;
  const std::size_t width = largest + 1;
  std::vector<double> ways((std::size_t{1} << n) * width, 0.0);
  ways[0] = 1;
  for (std::size_t used = 0; used + 1 < std::size_t{1} << n; ++used) {
    const auto position = static_cast<std::size_t>(__builtin_popcountll(used));
    for (std::size_t image = 0; image < n; ++image) {
      if (used >> image & 1) continue;
      const std::size_t d = image > position ? image - position : position - image;
      const double* from = &ways[used * width];
      double* to = &ways[(used | std::size_t{1} << image) * width];
      for (std::size_t s = 0; s + d * d <= largest; ++s) to[s + d * d] += from[s];
    }
  }
  return {ways.end() - static_cast<std::ptrdiff_t>(width), ways.end()};
}

}  // namespace

Spearman spearman(std::span<const std::size_t> permutation, std::uint64_t draws,
                  std::uint64_t seed) {
  const std::size_t n = permutation.size();
  assert(n >= 2);
  const std::uint64_t observed = squaredDistance(permutation);
  const auto size = static_cast<double>(n);
  Spearman result;
  result.rho = 1 - 6 * static_cast<double>(observed) / (size * (size * size - 1));

  if (n <= kEnumerable) {
    const std::vector<double> ways = countByDistance(n);
    const auto end = ways.begin() + static_cast<std::ptrdiff_t>(observed) + 1;
    const double closer = std::accumulate(ways.begin(), end, 0.0);
    result.log10_floor = -log10Factorial(n);
    result.upper = {std::min(0.0, std::log10(closer) + result.log10_floor), true};
    result.enumerated = true;
    return result;
  }
  Random random(seed);
  std::vector<std::size_t> drawn(n);
  std::iota(drawn.begin(), drawn.end(), std::size_t{0});
  std::uint64_t as_close = 0;
  for (std::uint64_t t = 0; t < draws; ++t) {
    random.shuffle(std::span(drawn));
    as_close += squaredDistance(drawn) <= observed;
  }
  result.log10_floor = -std::log10(static_cast<double>(draws) + 1);
  result.upper = {std::log10(static_cast<double>(as_close) + 1) + result.log10_floor, true};
  return result;
}

double rankCorrelation(std::span<const double> x, std::span<const double> y) {
  assert(x.size() == y.size());
  const std::vector<std::uint64_t> rank_x = doubledRanks(x);
  const std::vector<std::uint64_t> rank_y = doubledRanks(y);
  const double mean = static_cast<double>(x.size()) + 1;  // of doubled ranks
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double dx = static_cast<double>(rank_x[i]) - mean;
    const double dy = static_cast<double>(rank_y[i]) - mean;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xy / std::sqrt(xx * yy);
}

}  // namespace kindred::stats
