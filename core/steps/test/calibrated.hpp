// Calibrated tests: statistics without a null of their own, ranked among the scores of all pairs
// that the two models make with the run's controls, and the controls with each other.
//
// Were A and B independent and exchangeable with the controls, each of these pairs would be as
// likely as any other to be the one asked about, so its rank is uniform although pairs share
// models: p = (1 + #{other pair >= this one}) / (other pairs + 1). Several tests of a pair are
// adjusted together (stats::conformalTogether), several pairs of one run by their number
// (Bonferroni). A pair that a test finds nothing to compare in has no score and does not count.
// Controls that hold the pair's own weights, that an exact test ties to it, or that stand twice are
// left out, and named.
#pragma once

#include <vector>

#include "evidence/found.hpp"
#include "run/executor.hpp"
#include "steps/step.hpp"
#include "steps/test/profiles.hpp"

namespace kindred::steps {

// Findings and, where there are controls, a table of all scores for each pair of the steps. Without
// controls the findings describe and do not decide. `found` says which controls are none: by the
// exact tests of the run, which come first.
results::StepResult calibrate(const std::vector<const TestModels*>& steps, const Profiles& profiles,
                              const evidence::Found& found, run::Executor& executor);

// A score is clear of its controls where it exceeds the largest by more than they span, and there
// are enough of them to speak of a span.
inline constexpr std::size_t kFewestControlPairs = 5;

}  // namespace kindred::steps
