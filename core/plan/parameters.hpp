// From a plugin's parameters as a recipe writes them to those that it gets.
#pragma once

#include <vector>

#include <kindred/parameters.hpp>

#include "plugin/plugin.hpp"
#include "recipe/values.hpp"

namespace kindred::plan {

// Complete with defaults. Misfits become diagnostics.
Parameters bind(const recipe::PluginUse& use, const plugin::Plugin& plugin,
                std::vector<recipe::Diagnostic>& diagnostics);

}  // namespace kindred::plan
