// Quantiles of many non-negative numbers in fixed memory.
//
// A histogram over the upper half of a float's bits: 8 of exponent and 7 of mantissa, so that a
// bucket's ends differ by at most 2^-7 and its middle is within 2^-8 (0.4 %) of all it holds.
// Counts add, so sketches merge without loss and in any order.
#pragma once

#include <cstdint>
#include <vector>

namespace kindred::stats {

class QuantileSketch {
 public:
  QuantileSketch() : counts_(kBuckets) {}

  // Numbers below 2^-126 count with less precision, those below 2^-133 as zero. Not for NaNs.
  void add(float number);
  void merge(const QuantileSketch& other);
  // The number of rank ceil(share * count) from below (the inverse of the empirical distribution
  // function), as precisely as the buckets are wide; NaN where nothing was added.
  double quantile(double share) const;

 private:
  static constexpr std::size_t kBuckets = 1 << 15;

  std::vector<std::uint32_t> counts_;
};

}  // namespace kindred::stats
