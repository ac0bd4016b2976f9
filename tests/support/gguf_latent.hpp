// Latent attention as llama.cpp's converter lays it out.
#pragma once

#include <cstdint>
#include <string>

#include "support/gguf.hpp"
#include "support/safetensors.hpp"

namespace kindred::support {

// What of each head are rows of keys, then rows of values ([heads * (keys + values), rank]), as two
// tensors of F32: the keys of each head transposed, and the values. `layer`: "blk.3.".
void addHalves(const Array& whole, const std::string& layer, std::uint64_t heads,
               std::uint64_t keys, GgufWriter& writer);

}  // namespace kindred::support
