// The inner loops of the permutation test, in 32-bit integers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kindred::stats {

inline constexpr std::size_t kShiftLanes = 48;

// sums[s] += line[k][starts[k] + s] over k < lines, for s < shifts rounded up to kShiftLanes. Line
// k begins at table + k * stride and must be that long.
void addRotated(const std::int32_t* table, std::size_t stride, const std::uint32_t* starts,
                std::size_t lines, std::size_t shifts, std::int32_t* sums);

struct Extremes {
  std::uint32_t as_large = 0;  // sums >= low_threshold
  std::uint32_t as_small = 0;  // sums <= high_threshold
  std::int32_t least = 0;
  std::int32_t most = 0;
};

// Over `count` sums, count > 0.
Extremes compare(const std::int32_t* sums, std::size_t count, std::int32_t low_threshold,
                 std::int32_t high_threshold);

}  // namespace kindred::stats
