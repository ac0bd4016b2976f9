// Quantiles of many non-negative numbers in fixed memory.
//
// A histogram over the upper half of a float's bits: 8 of exponent and 7 of mantissa, so that a
// bucket's ends differ by at most 2^-7 and its middle is within 2^-8 (0.4 %) of all it holds.
// Counts add, so sketches merge without loss and in any order.
#pragma once

#include <cstdint>
#include <vector>

namespace kindred::mad {

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

// Which elements of a large sample the sketch looks at: all of up to 2^22, else 64 neighbours at a
// pseudo-random place in each run of 64 * k, about 2^21 in all. Depends on the element's position
// and the number of elements alone.
class Subset {
 public:
  explicit Subset(std::uint64_t elements);

  // Calls f(first, last) for each chosen run of positions in [begin, end).
  template <class F>
  void visit(std::uint64_t begin, std::uint64_t end, F&& f) const {
    if (groups_ == 1) return f(begin, end);
    const std::uint64_t run = kGroup * groups_;
    for (std::uint64_t index = begin / run; index * run < end; ++index) {
      const std::uint64_t chosen = index * run + kGroup * chosenOf(index);
      const std::uint64_t first = chosen < begin ? begin : chosen;
      const std::uint64_t last = chosen + kGroup < end ? chosen + kGroup : end;
      if (first < last) f(first, last);
    }
  }

 private:
  static constexpr std::uint64_t kGroup = 64;

  std::uint64_t chosenOf(std::uint64_t index) const;

  std::uint64_t groups_ = 1;  // in a run, of which one is chosen
};

}  // namespace kindred::mad
