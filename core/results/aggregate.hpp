// One number from many.
#pragma once

#include <span>
#include <string>

namespace kindred::results {

// mean, sd (population), min, max, median, count, or a percentile p01..p99 (linear interpolation
// between order statistics, type 7 of Hyndman and Fan 1996). Undefined values (NaN) are left out of
// all of them; NaN where nothing is left (count: 0).
double aggregate(std::span<const double> values, const std::string& how);

}  // namespace kindred::results
