// An independent model made to look related: its units, signs and coordinates chosen by somebody
// who has a rival's file, without a change of its function.
#pragma once

#include <cstddef>

#include "trainer/weights.hpp"

namespace kindred::trainer {

// Of a dense model, in place: the residual stream rotated to fit the rival's embedding, the values
// of each head to fit its values, units sorted to fit its gates, signs of every gauge turned to
// agree with its own. `copied_every`: of so many units one is the rival's own; 0: none.
void arrange(Weights<float>& weights, const Weights<float>& rival, std::size_t copied_every = 0);

}  // namespace kindred::trainer
