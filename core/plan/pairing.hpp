// How two selections meet.
#pragma once

#include <string>
#include <vector>

#include "plan/select.hpp"
#include "recipe/recipe.hpp"
#include "results/left_out.hpp"

namespace kindred::plan {

struct PairIndex {
  std::size_t a;  // into the first selection
  std::size_t b;  // into the second
};

using results::LeftOut;

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
