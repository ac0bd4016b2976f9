// From observations at (layer of A, layer of B) to the square table that the test works on.
#pragma once

#include <cstdint>
#include <vector>

#include <kindred/test.hpp>

namespace kindred {

struct LayerTable {
  std::vector<std::int64_t> layers;  // that both models have, ascending
  std::vector<double> values;        // layers x layers: A's down, B's across

  std::size_t size() const { return layers.size(); }
};

// Several observations of one cell (norms of two kinds, say) are averaged. A layer takes part if it
// was observed against the layer of the same number. Input errors: observations without layers, no
// two layers in common, pairs of layers that are absent or undefined.
LayerTable layerTable(const Table& table);

}  // namespace kindred
