#include "stats/rotated_sums.hpp"

#include <algorithm>
#include <cstring>

#include "stats/clones.hpp"

namespace kindred::stats {

namespace {

// Sixteen lanes, which the compiler lays out in whatever registers the processor has.
using Lanes = std::int32_t __attribute__((vector_size(64)));
constexpr std::size_t kWidth = sizeof(Lanes) / sizeof(std::int32_t);

}  // namespace

KINDRED_CLONES void addRotated(const std::int32_t* table, std::size_t stride,
                               const std::uint32_t* starts, std::size_t lines, std::size_t shifts,
                               std::int32_t* sums) {
  constexpr std::size_t kVectors = kShiftLanes / kWidth;
  for (std::size_t first = 0; first < shifts; first += kShiftLanes) {
    Lanes sum[kVectors];  // held in registers over all lines
    std::memcpy(sum, sums + first, sizeof sum);
    const std::int32_t* line = table + first;
    for (std::size_t k = 0; k < lines; ++k, line += stride) {
      for (std::size_t v = 0; v < kVectors; ++v) {
        Lanes values;
        std::memcpy(&values, line + starts[k] + v * kWidth, sizeof values);
        sum[v] += values;
      }
    }
    std::memcpy(sums + first, sum, sizeof sum);
  }
}

KINDRED_CLONES Extremes compare(const std::int32_t* sums, std::size_t count,
                                std::int32_t low_threshold, std::int32_t high_threshold) {
  std::int32_t as_large = 0;
  std::int32_t as_small = 0;
  std::int32_t least = sums[0];
  std::int32_t most = sums[0];
  for (std::size_t s = 0; s < count; ++s) {
    as_large += sums[s] >= low_threshold;
    as_small += sums[s] <= high_threshold;
    least = std::min(least, sums[s]);
    most = std::max(most, sums[s]);
  }
  return {static_cast<std::uint32_t>(as_large), static_cast<std::uint32_t>(as_small), least, most};
}

}  // namespace kindred::stats
