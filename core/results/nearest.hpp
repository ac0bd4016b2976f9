// Which of several relatives is nearest to a model: what a run tells that measured one model with
// several and not all of these with each other.
#pragma once

#include <string>
#include <vector>

#include "results/report.hpp"

namespace kindred::results {

// Of each of these relatives that a test measured with two or more of them. Needs the report's
// findings.
std::vector<Nearest> nearestOf(const Report& report, const std::vector<std::string>& relatives);

}  // namespace kindred::results
