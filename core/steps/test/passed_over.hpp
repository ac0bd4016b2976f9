// Matrices and rows that give no evidence, and why.
#pragma once

#include <string>
#include <vector>

#include <kindred/alignment.hpp>

#include "plan/pairing.hpp"
#include "run/weights.hpp"

namespace kindred::steps {

// Of a model's matrices that tests would read: what does not fit its role; rows without a token and
// tokens without a row; up rows that are zero, constant or not finite and so give no coin.
std::vector<results::LeftOut> passedOver(const run::CheckpointWeights& weights,
                                         const ModelProfile& profile, const std::string& step);

}  // namespace kindred::steps
