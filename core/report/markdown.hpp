// report.md: the answer, the evidence and how to repeat it, for pasting into an issue.
#pragma once

#include <string>

#include "report/document.hpp"

namespace kindred::report {

// Names and texts are escaped: they neither become markup nor call anybody.
std::string reportMarkdown(const Document& document);

}  // namespace kindred::report
