// For the terminal: the families of many models, then every pair of relatives with its p-value.
#pragma once

#include <string>

#include "report/terminal.hpp"
#include "results/report.hpp"

namespace kindred::report {

std::string familySummary(const results::Report& report, std::size_t width = kUsualWidth);

}  // namespace kindred::report
