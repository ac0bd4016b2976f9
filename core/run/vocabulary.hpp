// The tokens of a model's tokenizer.json, for what belongs together by token.
#pragma once

#include <string>
#include <vector>

#include "plan/models.hpp"
#include "results/results.hpp"

namespace kindred::run {

// The token of each id; empty where the model has no tokenizer.json. What was read is added to
// `ranges`. Throws where the file is beyond all reason or no tokenizer.
std::vector<std::string> tokensOf(const plan::Model& model,
                                  std::vector<results::RangeRead>& ranges);

}  // namespace kindred::run
