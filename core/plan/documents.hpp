// Which files a step about documents needs.
#pragma once

#include "plan/step.hpp"

namespace kindred::plan {

// Whether the step is about files beside the weights, which need no headers.
bool readsDocuments(const recipe::Step& step);

// Opens them, without waiting for a server. A model without the file that the step is about is an
// Error at the step.
std::vector<PlannedDocument> openDocuments(const recipe::Step& step, Models& models);

// States what reading the step's documents will cost.
void priceDocuments(CompareDocuments& planned);

}  // namespace kindred::plan
