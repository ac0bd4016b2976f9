// Coverage in sentences, for the terminal.
#pragma once

#include <string>
#include <vector>

#include "results/report.hpp"

namespace kindred::report {

// What of a pair was understood, compared, left out and proved; one paragraph each.
std::vector<std::string> coverageText(const results::Pair& pair);

}  // namespace kindred::report
