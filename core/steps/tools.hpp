// The metrics and tests of a recipe's steps.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "plugin/registry.hpp"
#include "steps/recipe.hpp"

namespace kindred::steps {

// One entry a step, in order; the recipe must outlive them. What does not fit (unknown parameters,
// a metric of the wrong kind for its step, a figure that the metric does not declare) is added to
// `diagnostics`.
std::vector<ReadyStep> makeTools(const Recipe& recipe, plugin::Registry& registry,
                                 std::vector<recipe::Diagnostic>& diagnostics);

// The plugins that the recipe uses.
std::set<std::string> pluginNames(const Recipe& recipe, const std::vector<ReadyStep>& steps);

}  // namespace kindred::steps
