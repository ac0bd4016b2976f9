#include "stats/rotated_sums.hpp"

#include <algorithm>

#include "stats/clones.hpp"

namespace kindred::stats {

KINDRED_CLONES void addRotated(const std::int64_t* table, std::size_t stride,
                               const std::uint32_t* starts, std::size_t lines, std::size_t shifts,
                               std::int64_t* sums) {
  for (std::size_t first = 0; first < shifts; first += kShiftLanes) {
    std::int64_t lane[kShiftLanes];  // held in registers over all lines
    for (std::size_t c = 0; c < kShiftLanes; ++c) lane[c] = sums[first + c];
    const std::int64_t* line = table + first;
    for (std::size_t k = 0; k < lines; ++k, line += stride) {
      const std::int64_t* from = line + starts[k];
      for (std::size_t c = 0; c < kShiftLanes; ++c) lane[c] += from[c];
    }
    for (std::size_t c = 0; c < kShiftLanes; ++c) sums[first + c] = lane[c];
  }
}

KINDRED_CLONES Extremes compare(const std::int64_t* sums, std::size_t count,
                                std::int64_t low_threshold, std::int64_t high_threshold) {
  std::int64_t as_large = 0;
  std::int64_t as_small = 0;
  std::int64_t least = sums[0];
  std::int64_t most = sums[0];
  for (std::size_t s = 0; s < count; ++s) {
    as_large += sums[s] >= low_threshold;
    as_small += sums[s] <= high_threshold;
    least = std::min(least, sums[s]);
    most = std::max(most, sums[s]);
  }
  return {static_cast<std::uint64_t>(as_large), static_cast<std::uint64_t>(as_small), least, most};
}

}  // namespace kindred::stats
