// Two configurations side by side.
#pragma once

#include "documents/document.hpp"

namespace kindred::documents {

// Nested keys are joined by dots; a list is one value. Numbers are equal where their values are, so
// 1e6 and 1000000 are the same. Text that is no JSON object is an Error.
Report compareConfigs(const Document& a, const Document& b);

}  // namespace kindred::documents
