// From a selection to the tensors of one model.
#pragma once

#include <string>
#include <vector>

#include "models/checkpoint.hpp"
#include "plan/models.hpp"
#include "plan/sample.hpp"
#include "recipe/values.hpp"

namespace kindred::plan {

// A chosen tensor (or part of one).
struct Selected {
  models::View view;
  std::string group;     // the pattern or role that chose it, with all captures but the layer:
                         // what pairs across layers
  std::string identity;  // what pairs at equal layer: the name, or the role with its captures
  // What a step that streams it reads of it, once its plan has cut it; none: nothing.
  std::vector<Segment> segments = {};
};

// In the order of patterns (or roles), then of tensors; a tensor chosen twice appears once.
// A pattern or role that matches nothing is an Error with near misses.
std::vector<Selected> select(const Model& model, const recipe::Selection& selection);

}  // namespace kindred::plan
