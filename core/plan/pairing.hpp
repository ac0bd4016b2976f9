// How two selections meet.
#pragma once

#include <string>
#include <vector>

#include "plan/select.hpp"
#include "recipe/values.hpp"
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

// Pairs by the rule; `within` takes b = a, `content` and `counterparts` pair nothing here. Tensors
// without a partner and pairs whose shapes can't be compared are left out and listed, without their
// step; a map that names a tensor not selected is an Error.
Pairs pair(const recipe::Meeting& rule, const recipe::Sample& sample, const Model& model_a,
           const std::vector<Selected>& a, const Model& model_b, const std::vector<Selected>& b);

}  // namespace kindred::plan
