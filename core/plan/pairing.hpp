// How two selections meet.
#pragma once

#include <string>
#include <vector>

#include "plan/select.hpp"
#include "recipe/recipe.hpp"

namespace kindred::plan {

struct PairIndex {
  std::size_t a;  // into the first selection
  std::size_t b;  // into the second
};

// Something that was selected and could not be compared, with the reason. One side may be empty.
struct LeftOut {
  std::string step;
  std::string model_a, tensor_a, model_b, tensor_b;
  std::string reason;
};

struct Pairs {
  std::vector<PairIndex> pairs;
  std::vector<LeftOut> left_out;
};

// Pairs by the step's rule; `within` takes b = a, `content` and `counterparts` pair nothing
// here. Tensors without a
// partner and pairs whose shapes can't be compared are left out and listed; a map that names a
// tensor not selected is an Error.
Pairs pair(const recipe::Step& step, const std::vector<Selected>& a,
           const std::vector<Selected>& b);

}  // namespace kindred::plan
