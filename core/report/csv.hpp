// observations.csv and findings.csv.
#pragma once

#include <string>

#include "run/results.hpp"

namespace kindred::report {

// Values with 17 significant digits, undefined ones as "nan"; absent layers and experts are empty;
// texts quoted as RFC 4180 asks, control characters escaped.
std::string observationsCsv(const run::Results& results);
std::string findingsCsv(const run::Results& results);

}  // namespace kindred::report
