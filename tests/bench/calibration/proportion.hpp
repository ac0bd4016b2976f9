// Bounds of a probability from a count.
#pragma once

#include <cstdint>

namespace kindred::calibration {

// Clopper and Pearson (Biometrika 26, 1934): exact 95 % bounds from k successes of n.
struct Proportion {
  std::uint64_t successes = 0, trials = 0;
  double low = 0, high = 1;

  double rate() const {
    return trials == 0 ? 0 : static_cast<double>(successes) / static_cast<double>(trials);
  }
};
Proportion proportion(std::uint64_t successes, std::uint64_t trials);

}  // namespace kindred::calibration
