// The trees of families: from what a run's tests of signs measured to unrooted trees, and what
// beside weights says where a root may be.
#pragma once

#include <string>
#include <vector>

#include "results/report.hpp"

namespace kindred::results {

// A tree of these relatives (at least three), or one without nodes whose note says why there is
// none. Needs the report's models and findings.
Tree lineageOf(const Report& report, const std::vector<std::string>& models);

}  // namespace kindred::results
