// Which rows of a model are copies of each other (an up-scaled depth, up-cycled experts, cloned
// units): judged by the sizes of cosines alone, which no sign of a row changes. A coin of copies is
// one coin. The rule and what it can miss: docs/sign-tests.md.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <kindred/analysis/align/origins.hpp>
#include <kindred/analysis/linear/linear.hpp>

namespace kindred::copies {

// Columns that belong together: an MLP, a head.
struct Part {
  std::int64_t layer = 0;
  std::int64_t number = 0;  // within the layer
  arma::uword first = 0, count = 0;
  arma::uword step = 1;  // from one column to the next

  arma::uword column(arma::uword i) const { return first + i * step; }
};

// Unit columns: column i of every role belongs to the same unit (its gate row and its up row). All
// have as many columns as there are origins to join. Functions here throw nothing of their own.
using Roles = std::vector<const arma::fmat*>;

// By what the cosines of unrelated columns are judged.
enum class Usual {
  bounded,  // their median, bounded by what their elements allow: most columns may be copies
  median    // of columns that favour few directions, most of which are no copies
};

// Joins columns that are alike, wherever they stand.
void joinAlike(const Roles& all, align::Origins& columns, Usual usual = Usual::bounded);

// Joins like-numbered columns of parts that are alike number by number more than crosswise: pairs
// of parts, and all parts of one layer where they are so on the whole. For parts whose order within
// means nothing.
void joinLikeNumbered(const Roles& roles, const std::vector<Part>& parts, align::Origins& columns);

// Likewise columns of each part that is a smaller one repeated: two, three, four or eight times,
// one after the other or each column beside its copies.
void joinTiles(const Roles& roles, const std::vector<Part>& parts, align::Origins& columns);

// Parts at least half of whose columns are joined with columns of the same other part.
std::vector<std::pair<std::size_t, std::size_t>> joinedParts(const std::vector<Part>& parts,
                                                             align::Origins& columns);

}  // namespace kindred::copies
