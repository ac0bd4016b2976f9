// Rows that began as rows of a public table, in whatever order: given the table, the signs of a
// model's rows are fair where the model did not begin as it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace kindred::align {

struct NumberedRow {
  std::uint64_t number = 0;        // in its matrix
  std::span<const double> values;  // of length one, or zero
};

struct TableProduct {
  std::string against;  // "rows of equal number of the identity"
  double value = 0;     // turns with the signs of the rows
};

// Of the rows of one unit, which change sign together: with the rows of equal number of each
// table; and, since which number is the largest does not depend on a row's sign, the largest of
// their own numbers and of their Walsh transform. The same in number and order for any unit.
std::vector<TableProduct> tableProducts(std::span<const NumberedRow> unit);

}  // namespace kindred::align
