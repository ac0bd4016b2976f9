// Executes a plan.
#pragma once

#include <string>

#include "results/results.hpp"
#include "run/units.hpp"
#include "steps/plan.hpp"
#include "steps/recipe.hpp"

namespace kindred::steps {

struct RunOptions {
  unsigned threads = 1;
  run::Crew crew = {};
  std::string kept = "what was measured is saved. ";  // what is said of it at Ctrl-C
};

// Runs every step in order and judges the expectations: the steps of `crew`, by all its ranks,
// each unit of them kept in its journal, what they are at told to its progress. Ctrl-C ends it
// early with complete = false. A file that changed while it was read is an Error, whatever was
// measured.
results::Results execute(const Recipe& recipe, const Plan& plan, const plan::Models& models,
                         const RunOptions& options);

}  // namespace kindred::steps
