#include <kindred/analysis/align/coins.hpp>

#include <cmath>

#include <kindred/alignment.hpp>

namespace kindred::align {

void Coins::add(std::uint32_t origin, double cosine, std::int64_t layer) {
  if (origin == kNoOrigin || !std::isfinite(cosine)) return;
  const auto [coin, fresh] = coins_.try_emplace(origin, Coin{0, layer, 0});
  static_cast<void>(fresh);
  coin->second.cosine += cosine;
  ++coin->second.added;
}

bool Coins::isCoin(const Coin& coin) const { return std::abs(coin.cosine) > threshold_; }

std::vector<double> Coins::values() const {
  std::vector<double> values;
  for (const auto& [origin, coin] : coins_) {
    if (isCoin(coin)) values.push_back(coin.cosine);
  }
  return values;
}

SignCount Coins::count() const {
  SignCount count;
  for (const double value : values()) {
    ++count.coins;
    if (value > 0) ++count.heads;
  }
  return count;
}

std::map<std::int64_t, SignCount> Coins::countByLayer() const {
  std::map<std::int64_t, SignCount> counts;
  for (const auto& [origin, coin] : coins_) {
    if (!isCoin(coin)) continue;
    SignCount& count = counts[coin.layer];
    ++count.coins;
    if (coin.cosine > 0) ++count.heads;
    count.alike += std::abs(coin.cosine) / static_cast<double>(coin.added);
  }
  for (auto& [layer, count] : counts) count.alike /= static_cast<double>(count.coins);
  return counts;
}

}  // namespace kindred::align
