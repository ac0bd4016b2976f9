// A finding with the step and the models that it is of.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <kindred/test.hpp>

#include "models/component.hpp"

namespace kindred::evidence {

// A row of findings.csv.
struct StepFinding {
  std::string step, model_a, model_b;
  Finding finding;
  // For everything that was tried: see adjust.hpp; calibrated ones come adjusted.
  double log10_p_adjusted = 0;
  std::size_t stage = 1;  // in which it was made
  // Of composites which part of them was tested; none: the two models as they are.
  std::optional<models::Component> component = {};
  bool drawn = false;  // from layers and rows that a beacon drew
};

}  // namespace kindred::evidence
