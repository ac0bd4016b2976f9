// The inner product of two lists of numbers.
#pragma once

#include <cstddef>
#include <iterator>
#include <numeric>

namespace kindred::constants {

inline double product(const double* x, const double* y, std::size_t length) {
  double sums[8] = {};  // side by side, as fast as the processor multiplies
  std::size_t i = 0;
  for (; i + 8 <= length; i += 8) {
    for (std::size_t k = 0; k < 8; ++k) sums[k] += x[i + k] * y[i + k];
  }
  for (; i < length; ++i) sums[0] += x[i] * y[i];
  return std::accumulate(std::begin(sums), std::end(sums), 0.0);
}

}  // namespace kindred::constants
