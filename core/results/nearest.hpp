// Which of several relatives is nearest to a model: what a run tells that measured one model with
// several and not all of these with each other.
#pragma once

#include <string>
#include <vector>

#include "results/report.hpp"

namespace kindred::results {

// Of each of these relatives that a test tied to two or more of them and measured with them; then
// of their parts, kind by kind: "KEY (vision tower)". Needs the report's findings.
std::vector<Nearest> nearestOf(const Report& report, const std::vector<std::string>& relatives);

}  // namespace kindred::results
