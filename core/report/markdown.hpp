// report.md: the answer, the evidence and how to repeat it, for pasting into an issue.
#pragma once

#include <string>

#include "results/report.hpp"

namespace kindred::report {

// Names and texts are escaped: they neither become markup nor call anybody.
std::string reportMarkdown(const results::Report& report);

}  // namespace kindred::report
