// What of two models was understood, and what became of it.
#pragma once

#include <string>

#include "evidence/verdict.hpp"
#include "plan/models.hpp"
#include "results/results.hpp"

namespace kindred::outcome {

// Counts the tensors of `a` by what became of their bytes in `b`. Where no step of the run read
// both by content, components stay empty. `budget`: bytes that tests of the pair may read of each
// model; 0: none was set.
evidence::Coverage coverageOf(const plan::Model& a, const plan::Model& b,
                              const results::Results& results, std::uint64_t budget);

}  // namespace kindred::outcome
