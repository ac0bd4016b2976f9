// Blocks of codes whose numbers another tensor multiplies once more.
#pragma once

#include <string>
#include <vector>

#include "models/checkpoint.hpp"

namespace kindred::reading {

// GGUF keeps what NVFP4 and BitNet multiply a whole matrix by beside it: `up_proj.scale` of
// `up_proj.weight`, one number, or one for each expert or row, F32. Where it fits, the matrix
// becomes the product and the scale a part of it; a note names one that does not. The shards must
// outlive them.
void applyScales(std::vector<models::Tensor>& tensors, const std::vector<models::Shard>& shards,
                 std::vector<std::string>& notes);

}  // namespace kindred::reading
