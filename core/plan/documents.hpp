// Which files a step about documents needs.
#pragma once

#include "plan/plan.hpp"

namespace kindred::plan {

// Opens them, and states what reading them will cost. A model without the file that the step is
// about is an Error at the step.
void addDocuments(const recipe::Step& step, PlannedStep& planned, Models& models);

}  // namespace kindred::plan
