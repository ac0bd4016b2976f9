// All pairs of many models: who shares weights with whom.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "results/report.hpp"

namespace kindred::results {

// Two models, whichever of them was named first.
using Edge = std::pair<std::string, std::string>;
Edge ordered(const std::string& a, const std::string& b);

// Groups of models that pairs connect, each sorted, largest first. Models without any are groups of
// one.
std::vector<std::vector<std::string>> connected(
    const std::vector<std::string>& models,
    const std::vector<std::pair<std::string, std::string>>& related);

// Of the models asked about, controls left out.
std::vector<Family> familiesOf(const Report& report);

}  // namespace kindred::results
