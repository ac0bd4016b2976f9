// What of two models was understood, and what became of it.
#pragma once

#include <string>

#include "plan/models.hpp"
#include "run/results.hpp"
#include "verdict/verdict.hpp"

namespace kindred::report {

// Counts the tensors of `a` by what byte-hash found of them in `b`. Where no step of the run
// compared the two by content, components stay empty.
verdict::Coverage coverageOf(const plan::Model& a, const plan::Model& b,
                             const run::Results& results);

}  // namespace kindred::report
