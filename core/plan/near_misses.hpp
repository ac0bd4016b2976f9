// What to suggest where a pattern matches no tensor.
#pragma once

#include <string>

#include "models/checkpoint.hpp"

namespace kindred::plan {

// "did you mean 'model.layers.{layer}.mlp.up_proj.weight'?", or a few of the names there are.
std::string nearMisses(const models::Checkpoint& checkpoint, const std::string& pattern);

}  // namespace kindred::plan
