#include <kindred/analysis/stats/detail/rotated_sums.hpp>

#include <cstring>

#include <kindred/analysis/stats/clones.hpp>

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

KINDRED_CLONES void addRow(const std::int32_t* sums, std::int32_t low_threshold,
                           std::int32_t high_threshold, LaneCounts& counts) {
  const std::size_t lanes = counts.least.size();
  std::int32_t* as_large = counts.as_large.data();
  std::int32_t* as_small = counts.as_small.data();
  std::int32_t* least = counts.least.data();
  std::int32_t* most = counts.most.data();
  for (std::size_t first = 0; first < lanes; first += kWidth) {
    Lanes sum, large, small, low, high;
    std::memcpy(&sum, sums + first, sizeof sum);
    std::memcpy(&large, as_large + first, sizeof large);
    std::memcpy(&small, as_small + first, sizeof small);
    std::memcpy(&low, least + first, sizeof low);
    std::memcpy(&high, most + first, sizeof high);
    large -= sum >= low_threshold;  // a comparison that holds is -1
    small -= sum <= high_threshold;
    low = sum < low ? sum : low;
    high = sum > high ? sum : high;
    std::memcpy(as_large + first, &large, sizeof large);
    std::memcpy(as_small + first, &small, sizeof small);
    std::memcpy(least + first, &low, sizeof low);
    std::memcpy(most + first, &high, sizeof high);
  }
}

}  // namespace kindred::stats
