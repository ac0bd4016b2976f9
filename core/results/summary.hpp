// Observations summed up: one line a step, metric and figure.
#pragma once

#include <vector>

#include "results/report.hpp"

namespace kindred::results {

// In the order of the observations.
std::vector<Summary> summarise(const std::vector<Observation>& observations);

}  // namespace kindred::results
