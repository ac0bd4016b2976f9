// What many tests cost: Holm over all findings that decide, stage by stage.
//
// Every stage of a run has an equal share of the level, and Holm's adjustment within it, so an
// adjusted p-value is the stage's Holm-adjusted one times the number of stages. A later stage tests
// only pairs that no earlier one settled. That selection is free: as long as no null hypothesis was
// rejected falsely, all true ones go on, and Holm's bound over those that go on holds whatever made
// the others stop.
#pragma once

#include <cstddef>
#include <vector>

#include "evidence/step_finding.hpp"

namespace kindred::evidence {

// `stages`: how many the plan may run. `left`: tests of the first one that an interruption left,
// which count as made in vain: whoever ends a run where the answer pleases gains nothing.
// Calibrated findings come adjusted and are left alone.
void adjust(std::vector<StepFinding>& findings, std::size_t stages, std::size_t left = 0);

}  // namespace kindred::evidence
