// observations.csv and findings.csv.
#pragma once

#include <string>

#include "results/results.hpp"

namespace kindred::report {

// Values with 17 significant digits, undefined ones as "nan"; absent layers and experts are empty;
// texts quoted as RFC 4180 asks, control characters escaped.
std::string observationsCsv(const results::Results& results);
std::string findingsCsv(const results::Results& results);

}  // namespace kindred::report
