// What lies along the residual stream: coins of its coordinates in maps of the stream into itself,
// and how gains of norms agree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <kindred/analysis/align/coins.hpp>
#include <kindred/analysis/align/likeness.hpp>

#include "fingerprint/fair.hpp"
#include "fingerprint/fingerprint.hpp"

namespace kindred::fingerprint {

// Coordinates that are copies of each other have one number, of 0, 1, 2, ...
Coinage coordinatesOf(const Streams& maps);

// Why signs of coordinates are no fair coins: in the fingerprint alone products along a tree are
// too often positive. Empty: nothing speaks against it.
std::string unfair(const Streams& maps, const Coinage& coordinates);

// Signs of products of A's and B's maps along the tree of the largest; docs/sign-tests.md. Nothing
// where no two maps can be compared. `tokens`: those of the embeddings are the same in both.
struct TreeTossed {
  align::SignCount count;
  std::uint64_t copies = 0;  // coordinates that share another's coin
  align::Sizes sizes;
};
std::optional<TreeTossed> tossTree(const Streams& a, const Coinage& coordinates, const Streams& b,
                                   bool tokens);

// The mean correlation of gains of the same norms where they stand; nothing where there are none.
std::optional<double> gainsAgree(const Streams& a, const Streams& b);

}  // namespace kindred::fingerprint
