// The inner loops of the permutation test, in 32-bit integers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace kindred::stats {

inline constexpr std::size_t kShiftLanes = 48;

// sums[s] += line[k][starts[k] + s] over k < lines, for s < shifts rounded up to kShiftLanes. Line
// k begins at table + k * stride and must be that long.
void addRotated(const std::int32_t* table, std::size_t stride, const std::uint32_t* starts,
                std::size_t lines, std::size_t shifts, std::int32_t* sums);

// What was seen of each lane over several rows of sums. Every lane has its own counts, since
// folding them takes longer than a row of few lanes.
struct LaneCounts {
  explicit LaneCounts(std::size_t lanes)
      : as_large(lanes, 0),
        as_small(lanes, 0),
        least(lanes, std::numeric_limits<std::int32_t>::max()),
        most(lanes, std::numeric_limits<std::int32_t>::min()) {}

  std::vector<std::int32_t> as_large;  // sums >= low_threshold
  std::vector<std::int32_t> as_small;  // sums <= high_threshold
  std::vector<std::int32_t> least;
  std::vector<std::int32_t> most;
};

// Adds one row of sums, as many as `counts` has lanes.
void addRow(const std::int32_t* sums, std::int32_t low_threshold, std::int32_t high_threshold,
            LaneCounts& counts);

}  // namespace kindred::stats
