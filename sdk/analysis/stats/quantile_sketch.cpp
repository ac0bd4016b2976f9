#include <kindred/analysis/stats/quantile_sketch.hpp>

#include <bit>
#include <cmath>
#include <limits>

namespace kindred::stats {

void QuantileSketch::add(float number) { ++counts_[std::bit_cast<std::uint32_t>(number) >> 16]; }

void QuantileSketch::merge(const QuantileSketch& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
}

double QuantileSketch::quantile(double share) const {
  std::uint64_t total = 0;
  for (const std::uint32_t count : counts_) total += count;
  if (total == 0) return std::numeric_limits<double>::quiet_NaN();
  const double rank = std::ceil(share * static_cast<double>(total));
  std::uint64_t seen = 0;
  std::uint32_t bucket = 0;
  for (; bucket + 1 < kBuckets; ++bucket) {
    seen += counts_[bucket];
    if (static_cast<double>(seen) >= rank && seen > 0) break;
  }
  if (bucket == 0) return 0;
  return std::bit_cast<float>((bucket << 16) + (1u << 15));
}

}  // namespace kindred::stats
