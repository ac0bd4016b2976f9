// Whether a matrix holds a pattern that its numbering gives: where the peak of a row stands follows
// from the peaks of the rows before it. So it is in identities, shifted, repeated or shuffled by
// rule, and after a change of basis in tables of cosines, Walsh functions and wavelets, also where
// the pattern is a start that training has buried.
#pragma once

#include <cstdint>
#include <span>

namespace kindred::constants {

// `values` row-major, `columns` a row. Where the numbers of the rows, or those of the columns, are
// random, the peaks are no more regular than after a shuffle: false then. The first 128 rows and
// columns are looked at.
bool peaksFollowNumbers(std::uint64_t columns, std::span<const float> values);

}  // namespace kindred::constants
