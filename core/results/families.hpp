// All pairs of many models: who shares weights with whom.
#pragma once

#include <vector>

#include "results/relations.hpp"
#include "results/report.hpp"

namespace kindred::results {

// Of the models asked about, controls left out.
std::vector<Family> familiesOf(const Report& report);
// Likewise where not all pairs are listed.
std::vector<Family> familiesOf(const Report& report, const Relations& relations);

}  // namespace kindred::results
