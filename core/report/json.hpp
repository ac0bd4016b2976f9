// report.json and manifest.json.
#pragma once

#include <string>

#include "report/context.hpp"
#include "run/results.hpp"

namespace kindred::report {

std::string reportJson(const Context& context, const run::Results& results);
std::string manifestJson(const Context& context, const run::Results& results);

}  // namespace kindred::report
