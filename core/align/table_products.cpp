#include "align/table_products.hpp"

#include <bit>
#include <cmath>
#include <cstddef>

#include "align/dot.hpp"
#include "align/public_tables.hpp"

namespace kindred::align {
namespace {

void keepLargest(std::span<const double> values, double& largest) {
  for (const double x : values) {
    if (std::abs(x) > std::abs(largest)) largest = x;
  }
}

// Products with all rows of a Hadamard matrix (Sylvester's order); the length is a power of two.
void toWalsh(std::span<double> values) {
  for (std::size_t half = 1; half < values.size(); half *= 2) {
    for (std::size_t block = 0; block < values.size(); block += 2 * half) {
      for (std::size_t i = block; i < block + half; ++i) {
        const double x = values[i], y = values[i + half];
        values[i] = x + y;
        values[i + half] = x - y;
      }
    }
  }
}

}  // namespace

std::vector<TableProduct> tableProducts(std::span<const NumberedRow> unit) {
  std::vector<TableProduct> products;
  std::vector<double> scratch;
  for (const PublicTable& table : publicTables()) {
    double sum = 0;
    for (const NumberedRow& row : unit) {
      scratch.resize(row.values.size());
      table.row(row.number, scratch);
      sum += dot(row.values, std::span<const double>(scratch));
    }
    products.push_back({"rows of equal number of " + std::string(table.name), sum});
  }
  double largest = 0, largest_of_walsh = 0;
  for (const NumberedRow& row : unit) {
    keepLargest(row.values, largest);
    const auto length = static_cast<std::ptrdiff_t>(std::bit_floor(row.values.size()));
    scratch.assign(row.values.begin(), row.values.begin() + length);
    toWalsh(scratch);
    keepLargest(scratch, largest_of_walsh);
  }
  products.push_back({"the coordinate that they lie along most", largest});
  products.push_back({"the Walsh function that they lie along most", largest_of_walsh});
  return products;
}

}  // namespace kindred::align
