// Self-tests of the residual stream's coordinates.
#pragma once

#include <cstdint>
#include <vector>

#include "align/self_test.hpp"

namespace kindred::align {

// Coordinates of the stream, in the embeddings of the tokens named; where maps of the stream are
// tossed also in the rows that make these.
std::vector<SelfTest> streamTests(const ModelWeights& weights, const GaugeUse& use,
                                  const std::vector<std::uint32_t>& tokens);

}  // namespace kindred::align
