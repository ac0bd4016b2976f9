// --set KEY=VALUE: changes a recipe's tree before it is checked.
#pragma once

#include <string>
#include <vector>

#include "recipe/schema.hpp"
#include "yaml/document.hpp"

namespace kindred::recipe {

using yaml::Diagnostic;
using yaml::Node;

// KEY is a dotted path of keys; entries of a list are named by their 'name' or by their index from
// 0. VALUE is YAML. What is written gets the place "--set KEY".
// `shape` is the root's.
void applySetting(Node& root, const Shape& shape, const std::string& setting,
                  std::vector<Diagnostic>& diagnostics);

}  // namespace kindred::recipe
