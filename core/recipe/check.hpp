// Checks a tree against the schema: keys, types, ranges, counts. What depends on other parts of the
// recipe (references, names used twice) is the reader's.
#pragma once

#include <vector>

#include "recipe/schema.hpp"
#include "yaml/document.hpp"

namespace kindred::recipe {

using yaml::Diagnostic;
using yaml::Node;

void check(const Node& node, const Shape& shape, std::vector<Diagnostic>& diagnostics);

// The keys that a shape knows, for near misses.
std::vector<std::string> keyNames(const Shape& shape);

}  // namespace kindred::recipe
