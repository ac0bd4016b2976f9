// Maps of a model's residual stream into itself: what an MLP or the values of an attention add to
// the stream for what they read of it, and which coordinates the embeddings use together. Orders,
// signs and scales inside a layer, and any change of the basis of a value head, leave them as they
// are; a coordinate whose sign is turned turns its row and its column.
#pragma once

#include <cstdint>
#include <vector>

#include <kindred/alignment.hpp>
#include <kindred/analysis/linear/linear.hpp>

namespace kindred::tree_coins {

// Coordinates of a stream that are looked at, where it has more: evenly spread.
inline constexpr std::uint64_t kMostCoordinates = 2048;

struct StreamMap {
  enum class Of { mlp, attention, embedding, output } of = Of::mlp;
  std::int64_t layer = -1;
  // width x width (written x read), of unit length, the diagonal zero; of a wider stream than
  // kMostCoordinates those of the coordinates that stand for it.
  arma::fmat values;
};

// Those whose matrices were read whole, of layers spread over the depth until `most` numbers are
// held. `tokens`: rows of embedding and output that are used.
std::vector<StreamMap> mapsOf(const ModelWeights& weights, const std::vector<std::uint32_t>& tokens,
                              std::uint64_t most);

// The correlation of the sizes of two maps' numbers, which no sign changes.
double likeness(const arma::fmat& a, const arma::fmat& b);

}  // namespace kindred::tree_coins
