// report.json and manifest.json.
#pragma once

#include <string>

#include "report/context.hpp"
#include "results/results.hpp"

namespace kindred::report {

std::string reportJson(const Context& context, const results::Results& results);
std::string manifestJson(const Context& context, const results::Results& results);

}  // namespace kindred::report
