// Matrices that a converter has cut in two, as one again.
#pragma once

#include <vector>

#include "models/checkpoint.hpp"

namespace kindred::reading {

// Keys and values from the latent of latent attention are one matrix on the Hub (`kv_b_proj`); GGUF
// holds the keys' rows of each head transposed (`k_b_proj`, [heads, rank, rows]) and the values'
// (`v_b_proj`, [heads, rows, rank]). Where both are there and fit, the values' tensor becomes the
// whole, and the keys' a part of it; others stay what they are. The shards must outlive them.
void joinHalves(std::vector<models::Tensor>& tensors, const std::vector<models::Shard>& shards);

}  // namespace kindred::reading
