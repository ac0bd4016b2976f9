// Sizes: how alike the rows behind a finding are, whatever their signs and order.
#pragma once

#include <cstdint>
#include <optional>

namespace kindred {

// Means over pairs of rows, of cosines times the root of the rows' width: 0.8 is what random
// directions give, the root of the width equal rows.
struct Likeness {
  std::uint64_t rows = 0;   // pairs that were matched
  std::uint64_t width = 0;  // their length
  double matched = 0;       // absolute cosines of the pairs
  double chance = 0;        // of rows of the same models that do not belong together, chosen alike
  // What strangers would reach if somebody had turned the rows of one to fit the other's, as far as
  // a symmetry lets rows be turned into each other; 0: there is no such symmetry.
  double turned = 0;
  // Of tests of signs: cosines with their signs (absolute ones where pairs were chosen by these),
  // each at most a few times chance, so that a few equal rows don't speak for all; their standard
  // error; and the least that rows would reach which are alike and therefore agree in sign as
  // often.
  struct Agreement {
    double mean = 0, error = 0, least = 0;
  };
  std::optional<Agreement> agreement = {};
  double median = 0;  // absolute cosines of the pairs; 0: not stated
  // Pairs that are far more alike than chance, and than strangers' rows that somebody turned:
  // copies of single rows, whatever the others are.
  std::uint64_t clear = 0;
};

}  // namespace kindred
