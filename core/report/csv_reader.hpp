// Reads observations.csv back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "results/results.hpp"

namespace kindred::report {

// `file` stands for the file in errors, which name line and column's name. Undefined values are
// NaN, absent layers and experts -1.
std::vector<results::Observation> observationsOf(const std::string& file, std::string_view text);

}  // namespace kindred::report
