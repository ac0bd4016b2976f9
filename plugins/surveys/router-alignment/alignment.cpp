#include "alignment.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <kindred/analysis/linear/linear.hpp>
#include <kindred/analysis/stats/assignment.hpp>
#include <kindred/random.hpp>

namespace kindred {

RouterAlignment align(const Matrix& a, const Matrix& b) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const std::size_t rows = a.rows, columns = b.rows, shorter = std::min(rows, columns);
  if (shorter == 0) return {kNaN, kNaN, kNaN, kNaN};
  // Transposed: column-major experts of b by experts of a is row-major a by b.
  const arma::mat cosines =
      linear::innerProducts(linear::wideUnitColumns(b), linear::wideUnitColumns(a));
  const stats::MatrixView<double> view{{cosines.memptr(), cosines.n_elem}, rows, columns};
  const stats::Assignment best = stats::assignRelabelled(view, stats::Goal::maximise, 0);
  RouterAlignment result;
  result.largest = cosines.max();
  double own = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    if (best.column_of_row[i] == i) ++own;
    if (i < shorter) result.unaligned += view.row(i)[i];
  }
  const auto n = static_cast<double>(shorter);
  result.matched = best.total / n;
  result.unaligned /= n;
  result.identity = own / n;
  return result;
}

double expectedMatch(std::uint64_t rows_a, std::uint64_t rows_b, std::uint64_t columns,
                     std::uint64_t draws, std::uint64_t seed) {
  Random random(seed);
  const auto normal = [&] {  // Box and Muller, Annals of Mathematical Statistics 29 (1958)
    const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
    return static_cast<float>(radius * std::cos(2 * std::numbers::pi * random.unit()));
  };
  double sum = 0;
  for (std::uint64_t i = 0; i < draws; ++i) {
    Matrix a{nullptr, rows_a, columns, std::vector<float>(rows_a * columns)};
    Matrix b{nullptr, rows_b, columns, std::vector<float>(rows_b * columns)};
    std::generate(a.values.begin(), a.values.end(), normal);
    std::generate(b.values.begin(), b.values.end(), normal);
    sum += align(a, b).matched;
  }
  return sum / static_cast<double>(draws);
}

}  // namespace kindred
