// What lies between matrices that belong together: how large it is, of which rank, and whether B's
// values lie on a grid.
#pragma once

#include <string>
#include <vector>

#include "correspondence.hpp"

namespace kindred::characterise {

// B's matrix minus A's, rows put in order, in B's residual stream.
struct Difference {
  std::string role;
  Place a, b;
  double relative = 0;                // its length over B's
  std::uint64_t rank = 0;             // singular values that hold 95 % of its energy
  std::uint64_t full = 0;             // singular values that there are
  double first = 0, first_eight = 0;  // shares of its energy
  bool scaled = false;                // A's rows were brought to B's length and sign first
};

// Of gates, ups, queries, keys and values of at most `most` pairs of MLPs and of their layers.
std::vector<Difference> differencesOf(const MatrixTask& task, const Correspondence& found,
                                      std::size_t most);

// Distinct values in a row of B's down projection, and of A's, medians over rows; few against many
// tell of rounding to a grid. 0: nothing to count.
struct Grid {
  double a = 0, b = 0;
  std::string format_a, format_b;  // as stored
  bool coded = false;              // either, which explains any grid
};
Grid gridOf(const MatrixTask& task, const Correspondence& found);

// Whether one model's values are the other's, rounded to the encoding that it is stored in. A
// rounded value is the nearest of those that its encoding has there, and so the nearest of those
// that stand beside it under the same scale, whatever the encoding; a value that was changed
// besides need not be.
struct Rounding {
  bool of_b = true;        // B's values are A's, rounded; else A's are B's
  std::string of;          // the matrices that were looked at: "down projections"
  std::string codec;       // empty: neither model's are stored as codes, or both
  double nearest = 0;      // share of values that are the nearest of their neighbours'
  std::uint64_t seen = 0;  // values
  // Of encodings that choose several values together: the least squared difference that the groups
  // which they use allow, by what it is. 0: the encoding is none of these.
  double of_groups = 0;
};
Rounding roundingOf(const MatrixTask& task, const Correspondence& found);

}  // namespace kindred::characterise
