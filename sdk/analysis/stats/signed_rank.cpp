#include <kindred/analysis/stats/signed_rank.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include <kindred/analysis/stats/log_space.hpp>
#include <kindred/analysis/stats/ranks.hpp>

namespace kindred::stats {

double signedRankTail(std::span<const std::uint64_t> doubled_ranks, std::uint64_t doubled_t) {
  if (doubled_t == 0) return 0;
  const auto total = std::accumulate(doubled_ranks.begin(), doubled_ranks.end(), std::uint64_t{0});
  assert(doubled_t <= total);
  // mass[s] is P(sum = s); each coin averages it with itself moved by the coin's rank. All terms
  // are positive, so that relative precision stays, and 2^-400 is far from underflow.
  std::vector<double> mass(total + 1, 0.0);
  mass[0] = 1;
  std::uint64_t reach = 0;
  for (const std::uint64_t rank : doubled_ranks) {
    reach += rank;
    for (std::uint64_t s = reach; s >= rank; --s) mass[s] = 0.5 * (mass[s] + mass[s - rank]);
    for (std::uint64_t s = 0; s < rank; ++s) mass[s] *= 0.5;
  }
  // The symmetric lower tail is summed where it is the smaller one.
  const auto sumFrom = [&](std::uint64_t t) {
    double sum = 0;
    for (std::uint64_t s = total; s >= t; --s) sum += mass[s];
    return std::log10(sum);
  };
  if (2 * doubled_t > total) return sumFrom(doubled_t);
  return log10Complement(sumFrom(total - doubled_t + 1));
}

SignedRank signedRank(std::span<const double> values) {
  std::vector<double> coins;
  for (const double value : values) {
    assert(std::isfinite(value));
    if (value != 0) coins.push_back(value);
  }
  SignedRank result;
  result.coins = coins.size();
  result.log10_floor = -static_cast<double>(coins.size()) * kLog10Of2;
  if (coins.empty()) return result;

  std::vector<double> magnitudes(coins);
  for (double& value : magnitudes) value = std::abs(value);
  const std::vector<std::uint64_t> doubled = doubledRanks(magnitudes);
  std::uint64_t positive = 0;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < coins.size(); ++i) {
    total += doubled[i];
    if (coins[i] > 0) positive += doubled[i];
  }
  result.statistic = 0.5 * static_cast<double>(positive);
  if (coins.size() <= kExactCoins) {
    result.upper = {signedRankTail(doubled, positive), true};
  } else {
    // W+ >= t is the same as: the sum of signed ranks >= 2 t - total.
    const std::vector<double> weights(doubled.begin(), doubled.end());
    const double t = 2 * static_cast<double>(positive) - static_cast<double>(total);
    result.upper = {chernoffBound(weights, t), false};
  }
  return result;
}

}  // namespace kindred::stats
