// Whether the order of a table's rows carries meaning: rows are more like those a fixed number of
// places away than rows in random order are. Positions are, and frequencies, under noise as well;
// units of a trained layer are not.
#pragma once

#include <cstdint>
#include <span>

namespace kindred::constants {

// `values` row-major, `columns` a row; false where there are too few rows to tell. The first 256
// rows and columns are looked at.
bool rowsAreOrdered(std::uint64_t columns, std::span<const float> values);
bool columnsAreOrdered(std::uint64_t columns, std::span<const float> values);

}  // namespace kindred::constants
