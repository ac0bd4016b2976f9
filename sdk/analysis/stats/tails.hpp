// Tails of the distributions that sign and permutation tests rest on, as log10 of a probability.
// Every function returns a number in (-infinity, 0] (0 only where the probability is 1 or rounds to
// it), or is documented to refuse. An upper bound is as good as a p-value: a test that uses one
// rejects less often than it states.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kindred::stats {

// A p-value, and whether it is the exact probability or an upper bound of it.
struct Tail {
  double log10_p = 0;
  bool exact = true;
};

// log10 P(Bin(n, 1/2) >= k): k or more heads of n fair coins. An impossible k > n is our own
// mistake. Relative error of the logarithm below 1e-10 up to n = 1e7 (about sqrt(n) steps).
double binomialTail(std::uint64_t n, std::uint64_t k);

// log10 P(Bin(n, q) >= k), 0 <= q <= 1; minus infinity where the event is impossible (q = 0).
double binomialTail(std::uint64_t n, std::uint64_t k, double q);

// The smallest k with log10 P(Bin(n, 1/2) >= k) <= log10_alpha; n + 1 if there is none.
std::uint64_t binomialCritical(std::uint64_t n, double log10_alpha);

// log10 P(F >= k), F the fixed points of a uniformly random permutation of m: the rencontres
// numbers, summed exactly. At most log10(1/k!), since E[C(F, k)] = 1/k!.
double fixedPointsTail(std::uint64_t m, std::uint64_t k);

// Upper bound of log10 P(F >= k) for a uniformly random injection of m rows into n >= m columns:
// E[C(F, k)] = C(m, k) (n - k)! / n!.
double injectionTailBound(std::uint64_t m, std::uint64_t n, std::uint64_t k);

// Upper bound of log10 P(F_1 + ... + F_L >= k) for independent layers, square or rectangular:
// L^k / k!, since every factorial moment of each F_l is at most 1.
double layersTailBound(std::uint64_t layers, std::uint64_t k);

// P(F_1 + ... + F_L >= k) for independent random permutations of the given sizes: the exact
// convolution, or layersTailBound() where that would take more than about a second.
Tail layersTail(std::span<const std::uint64_t> sizes, std::uint64_t k);

// Upper bounds of log10 P(sum of s_i w_i >= t), s_i independent fair signs.
// Hoeffding (1963): exp(-t^2 / (2 sum w_i^2)).
double hoeffdingBound(std::span<const double> weights, double t);
// Chernoff: the smallest exp(-ht) prod cosh(h w_i) over h; never above Hoeffding's, and 2^-n where
// t is the largest sum possible. Within a factor of about 2.5 z of the truth at z standard
// deviations.
double chernoffBound(std::span<const double> weights, double t);

}  // namespace kindred::stats
