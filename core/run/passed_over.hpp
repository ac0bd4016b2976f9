// Rows that give no evidence, and why.
#pragma once

#include <string>
#include <vector>

#include <kindred/alignment.hpp>

#include "plan/pairing.hpp"

namespace kindred::run {

// Of a model's matrices that tests read: embedding rows without a token, and up rows that are zero,
// constant or not finite and so give no coin.
std::vector<plan::LeftOut> passedOver(const ModelProfile& profile, const std::string& step);

}  // namespace kindred::run
