// Rows by layer, and which of one model's rows is most like each of the other's: what fingerprints
// pair, whatever the rows are compared by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace kindred::fingerprint {

// Rows [first, last) are of one layer.
struct Layer {
  std::int32_t number = 0;
  std::size_t first = 0, last = 0;
};
std::vector<Layer> layersOf(std::span<const std::int32_t> layer);

// How alike row j of B is to rows of A from `first` on, one number each.
using Alike = std::function<void(std::size_t j, std::size_t first, std::span<float> into)>;

struct RowsPaired {
  std::size_t a = 0, b = 0;
};

// Of each layer of B the layer of A whose rows are most like its first ones (the largest); then of
// each of its rows the most alike of A's. Of several rows of B with one partner the most alike
// alone is kept. `either`: the size counts, not the sign.
std::vector<RowsPaired> nearest(std::span<const Layer> a, std::span<const Layer> b, bool either,
                                const Alike& alike);

}  // namespace kindred::fingerprint
