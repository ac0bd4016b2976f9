// Assignments of B's units to A's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <kindred/analysis/linear/linear.hpp>

namespace kindred::linear {

struct Matching {
  std::vector<std::int32_t> a_of_b;  // -1: B has more units than A
  std::string certificate;
};

// The assignment of greatest total similarity (rows: A, columns: B), ties broken by number
// (stats/assignment.hpp). An Error where a similarity is not finite.
Matching assign(const arma::fmat& similarity);

// Its pairs (a, b).
Pairs pairsOf(const Matching& matching);

}  // namespace kindred::linear
