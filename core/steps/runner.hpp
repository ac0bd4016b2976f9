// Executes a plan.
#pragma once

#include "results/results.hpp"
#include "steps/plan.hpp"
#include "steps/recipe.hpp"

namespace kindred::steps {

struct RunOptions {
  unsigned threads = 1;
  bool progress = false;
};

// Runs every step in order and judges the expectations. Ctrl-C ends it early with complete = false.
// A file that changed while it was read is an Error, whatever was measured.
results::Results execute(const Recipe& recipe, const Plan& plan, const plan::Models& models,
                         const RunOptions& options);

}  // namespace kindred::steps
