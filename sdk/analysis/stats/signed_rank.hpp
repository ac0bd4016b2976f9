// Wilcoxon's signed-rank test as an exact sign test: given the magnitudes, ranks are fixed and
// every sign is a fair coin, whatever the magnitudes' distribution.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <kindred/analysis/stats/tails.hpp>

namespace kindred::stats {

struct SignedRank {
  double statistic = 0;     // W+, the sum of the ranks of positive values
  std::uint64_t coins = 0;  // values that are not zero; zeros carry no sign
  Tail upper;               // P(W+ >= statistic), exact up to kExactCoins, else Chernoff's bound
  double log10_floor = 0;   // -coins log10 2: all signs alike
};

// Up to this many coins the distribution is computed, term by term; beyond, the bound serves.
inline constexpr std::uint64_t kExactCoins = 400;

// Ties share the mean of their ranks. Values that are not finite are our own mistake.
SignedRank signedRank(std::span<const double> values);

// log10 P(sum of the ranks chosen by fair coins >= t), for ranks given doubled (midranks are
// halves): the exact distribution, in sum(doubled) steps a coin.
double signedRankTail(std::span<const std::uint64_t> doubled_ranks, std::uint64_t doubled_t);

}  // namespace kindred::stats
