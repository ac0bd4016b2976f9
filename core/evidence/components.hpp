// The verdict on a pair of which one is a composite: made of the verdicts on its components, by one
// rule.
#pragma once

#include <string>
#include <vector>

#include "evidence/verdict.hpp"

namespace kindred::evidence {

// On one component of both models, with its own p and power; adjusted as all findings of the run.
struct ComponentVerdict {
  models::Component component = models::Component::language_model;
  Verdict verdict;
};

// `whole`: of the pair as it is without components. A pair that is identical stays so, and so does
// one of which no component says that weights are shared. Where some do and others don't the pair
// is partial, and the sentence names both; where all do it is related as the most telling is.
Verdict combined(Verdict whole, const std::vector<ComponentVerdict>& components);

}  // namespace kindred::evidence
