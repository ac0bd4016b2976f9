// The layout of the first Qwen: names of its own, queries, keys and values in one matrix.
#pragma once

#include "servers/cases/decoder.hpp"

namespace kindred::servers {

// A decoder with biases, as many key heads as heads and no experts, as the first Qwen stores it.
Draft asFirstQwen(const Draft& draft, const Decoder& shape);

}  // namespace kindred::servers
