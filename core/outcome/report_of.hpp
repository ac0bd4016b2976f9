// From what a run measured to its Report: what of each pair was covered, and what is said of it.
#pragma once

#include <string>
#include <vector>

#include "plan/models.hpp"
#include "plugin/registry.hpp"
#include "results/report.hpp"
#include "steps/recipe.hpp"

namespace kindred::outcome {

results::Report reportOf(const steps::Recipe& recipe, const plan::Models& models,
                         const std::vector<const plugin::Plugin*>& plugins,
                         results::Results&& results, const std::vector<std::string>& command_line);

// The day, by UTC: 2026-01-31.
std::string today();

}  // namespace kindred::outcome
