// The sum of products of two rows as long as each other.
#pragma once

#include <cstddef>
#include <numeric>
#include <span>

namespace kindred::align {

template <class T>
double dot(std::span<const T> x, std::span<const T> y) {
  constexpr std::size_t kLanes = 64 / sizeof(T);  // as fast as the processor multiplies
  T sums[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= x.size(); i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) sums[k] += x[i + k] * y[i + k];
  }
  for (; i < x.size(); ++i) sums[0] += x[i] * y[i];
  return std::accumulate(std::begin(sums), std::end(sums), 0.0);
}

}  // namespace kindred::align
