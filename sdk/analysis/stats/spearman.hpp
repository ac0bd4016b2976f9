// Spearman's rank correlation of a matching with the identity. Under the null the matching is a
// uniformly random permutation, so that the correlation's distribution is known without any
// assumption about the data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <kindred/analysis/stats/tails.hpp>

namespace kindred::stats {

struct Spearman {
  double rho = 0;          // 1 - 6 sum (p(i) - i)^2 / (n (n^2 - 1))
  Tail upper;              // P(rho >= observed); Monte-Carlo p-values are exact tests too
  double log10_floor = 0;  // -log10 n! by enumeration, -log10 (T + 1) by Monte Carlo
  bool enumerated = false;
};

// Up to this size all permutations are counted.
inline constexpr std::size_t kEnumerable = 12;

// `permutation` holds each of 0..n-1 once, n >= 2. Larger ones: p = (1 + #{>=}) / (draws + 1).
Spearman spearman(std::span<const std::size_t> permutation, std::uint64_t draws,
                  std::uint64_t seed);

// Pearson's correlation of the ranks of x and y (ties at their mean); NaN where one is constant.
double rankCorrelation(std::span<const double> x, std::span<const double> y);

}  // namespace kindred::stats
