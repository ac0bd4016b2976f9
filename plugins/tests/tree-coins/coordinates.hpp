// Which coordinates of two streams belong together, and which maps; neither sees a sign.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "maps.hpp"

namespace kindred::tree_coins {

struct Pairing {
  std::vector<std::pair<const StreamMap*, const StreamMap*>> maps;  // of A and of B
  // For each coordinate of B the one of A; empty: all keep their number.
  arma::uvec a_of_b;
  double likeness = 0;  // mean correlation of the sizes of paired maps' numbers
};

// A map of B goes with the one of A of its kind that is most alike. Coordinates keep their number
// unless another order makes the maps clearly more alike, or `whole` says that the maps are of some
// coordinates only.
Pairing paired(const std::vector<StreamMap>& of_a, const std::vector<StreamMap>& of_b, bool whole);

// For each coordinate the first of those that are copies of each other (a cloned width).
std::vector<std::uint32_t> copiesIn(const std::vector<StreamMap>& maps);

// Rows and columns in another order.
arma::fmat reordered(const arma::fmat& map, const arma::uvec& order);

}  // namespace kindred::tree_coins
