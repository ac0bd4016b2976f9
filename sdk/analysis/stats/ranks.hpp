// Ranks with ties at their mean. Doubled, so that they are whole numbers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kindred::stats {

// Twice the rank (from 1) of each value among all. NaN is our own mistake.
std::vector<std::uint64_t> doubledRanks(std::span<const double> values);

}  // namespace kindred::stats
