// The summary that a run prints: at most 80 columns.
#pragma once

#include <string>

#include "report/paint.hpp"
#include "results/report.hpp"

namespace kindred::report {

std::string terminalSummary(const results::Report& report, const Paint& paint = {});

}  // namespace kindred::report
