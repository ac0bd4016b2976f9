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

// `stages`: how many the plan may run. Calibrated findings come adjusted and are left alone.
void adjust(std::vector<StepFinding>& findings, std::size_t stages);

}  // namespace kindred::evidence
