// Observations summed up: one line a step, metric and figure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/results.hpp"

namespace kindred::report {

struct Summary {
  std::string step, metric, figure, model_a, model_b;
  std::uint64_t count = 0;                                // defined values
  std::uint64_t undefined = 0;                            // NaN: constant or empty input
  double mean = 0, sd = 0, min = 0, median = 0, max = 0;  // NaN where count is 0
};

// In the order of the observations.
std::vector<Summary> summarise(const std::vector<results::Observation>& observations);

}  // namespace kindred::report
