// Small drawings in text: a figure over depth on one line.
#pragma once

#include <string>
#include <vector>

#include "results/results.hpp"

namespace kindred::report {

// One block character a value, from the lowest at `low` to the highest at `high`; a space where the
// value is undefined.
std::string sparkline(const std::vector<double>& values, double low, double high);

// For the terminal: each step's first figures by layer, where there are at least four layers. Lines
// of one metric share their scale, which stands in front. Empty where there is nothing to draw.
std::string layerLines(const std::vector<results::Observation>& observations);

}  // namespace kindred::report
