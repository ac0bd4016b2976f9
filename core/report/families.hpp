// All pairs of many models: who shares weights with whom.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/context.hpp"

namespace kindred::report {

// The same from names and pairs that belong together.
std::vector<std::vector<std::string>> families(
    const std::vector<std::string>& models,
    const std::vector<std::pair<std::string, std::string>>& related);

// Groups of models connected by verdicts that found shared weights, each sorted, largest first.
// Models without any are groups of one.
std::vector<std::vector<std::string>> families(const Context& context);

// For the terminal: the families, then every pair of relatives with its p-value.
std::string familySummary(const Context& context);

}  // namespace kindred::report
