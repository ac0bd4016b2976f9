// The summary that a run prints: at most 80 columns.
#pragma once

#include <string>

#include "report/context.hpp"
#include "report/paint.hpp"
#include "results/results.hpp"

namespace kindred::report {

std::string terminalSummary(const Context& context, const results::Results& results,
                            const Paint& paint = {});

}  // namespace kindred::report
