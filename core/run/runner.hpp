// Executes a plan.
#pragma once

#include "plan/plan.hpp"
#include "results/results.hpp"

namespace kindred::run {

struct RunOptions {
  unsigned threads = 1;
  bool progress = false;
};

// Runs every step in order and judges the expectations. Ctrl-C ends it early with complete = false.
// A file that changed while it was read is an Error, whatever was measured.
results::Results execute(const recipe::Recipe& recipe, const plan::Plan& plan,
                         const plan::Models& models, const RunOptions& options);

}  // namespace kindred::run
