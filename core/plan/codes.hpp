// What of a model or of a step's pairs is stored as codes, and so is left out of what takes
// numbers.
#pragma once

#include <string>
#include <vector>

#include "plan/models.hpp"
#include "plan/pairing.hpp"

namespace kindred::plan {

// A line for each encoding that shows nothing without a decoder, with the share of the model's
// bytes: no test reads these tensors.
std::vector<LeftOut> codesOf(const Model& model, const std::string& step);

// Why figures of these pairs describe codes and not weights, a line for each encoding.
std::vector<LeftOut> codesOf(const std::vector<PairIndex>& pairs, const std::vector<Selected>& a,
                             const std::vector<Selected>& b, const std::string& step);

}  // namespace kindred::plan
