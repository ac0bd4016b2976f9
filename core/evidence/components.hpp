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

// The share of each model's parameters that no compared component holds: components that only one
// of the two has, or whose family is not known.
struct Remainder {
  double of_a = 0, of_b = 0;
};

// `whole`: of the pair as it is without components. A pair that is identical stays so, and no other
// becomes it; one of which no component says that weights are shared stays as it is, too. Where
// some do and others don't, or what does is not nearly the whole of either model, the pair is
// partial, and the sentence names both; else it is related as the most telling component is.
Verdict combined(Verdict whole, const std::vector<ComponentVerdict>& components,
                 const Remainder& remainder = {});

}  // namespace kindred::evidence
