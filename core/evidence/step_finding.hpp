// A finding with the step and the models that it is of.
#pragma once

#include <cstddef>
#include <string>

#include <kindred/test.hpp>

namespace kindred::evidence {

// A row of findings.csv.
struct StepFinding {
  std::string step, model_a, model_b;
  Finding finding;
  // For everything that was tried: see adjust.hpp; calibrated ones come adjusted.
  double log10_p_adjusted = 0;
  std::size_t stage = 1;  // in which it was made
};

}  // namespace kindred::evidence
