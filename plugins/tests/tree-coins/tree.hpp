// The largest set of independent coins among numbers that each have the sign of two coordinates.
#pragma once

#include <cstdint>
#include <vector>

#include <kindred/analysis/linear/linear.hpp>

namespace kindred::tree_coins {

struct Edge {
  arma::uword from, to;
};

// The spanning tree of largest absolute values (Prim, Bell System Technical Journal 36, 1957) of a
// symmetric matrix; of several parts that zeros keep apart, one for each. The one nearest to the
// first coordinate comes first, and an edge's `from` stands in the tree before its `to`.
std::vector<Edge> largestTree(const arma::mat& values);

}  // namespace kindred::tree_coins
