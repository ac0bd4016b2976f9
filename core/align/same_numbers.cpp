#include "align/same_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "align/formula.hpp"

namespace kindred::align {
namespace {

constexpr double kEqual = 3e-6;            // relative: rows are of single precision
constexpr std::size_t kFewestValues = 16;  // of different size in a row
constexpr std::size_t kFewestRows = 16;
constexpr double kMostShared = 0.05;   // of the rows
constexpr std::uint64_t kRows = 1024;  // of a place, the first

using Sizes = std::vector<double>;  // of a row's numbers, where they stand

bool equal(double x, double y) { return std::abs(x - y) <= kEqual * std::abs(x); }

bool hasManyValues(const Sizes& row) {
  Sizes values;
  for (const double x : row) {
    if (std::any_of(values.begin(), values.end(), [&](double y) { return equal(x, y); })) continue;
    values.push_back(x);
    if (values.size() > kFewestValues) return true;
  }
  return false;
}

struct RowOfSizes {
  double sum = 0, fourth = 0;  // of sizes and of fourth powers, in units of the row's length
  Sizes sizes;

  explicit RowOfSizes(Sizes of) : sizes(std::move(of)) {
    double square = 0;
    for (const double x : sizes) {
      sum += x;
      square += x * x;
      fourth += x * x * x * x;
    }
    sum /= std::sqrt(square);
    fourth /= square * square;
  }

  bool holdsTheNumbersOf(const RowOfSizes& other) const {
    return equal(sum, other.sum) && equal(fourth, other.fourth) &&
           !std::equal(sizes.begin(), sizes.end(), other.sizes.begin(), other.sizes.end(), equal);
  }
};

// Of the norm that rows read from.
std::vector<float> gainsOf(const ModelWeights& weights, std::string_view role, const Place& place) {
  const std::string_view norm = role.starts_with("mlp.") ? role::kMlpNorm : role::kAttentionNorm;
  return weights.matrix(norm, {place.layer, -1, false}).values;
}

std::vector<RowOfSizes> rowsOf(const Matrix& matrix, unsigned axis,
                               const std::vector<float>& gains) {
  const std::uint64_t count = axis == 0 ? matrix.rows : matrix.columns;
  const std::uint64_t width = axis == 0 ? matrix.columns : matrix.rows;
  std::vector<RowOfSizes> rows;
  for (std::uint64_t i = 0; i < std::min(count, kRows); ++i) {
    Sizes sizes(width);
    for (std::uint64_t c = 0; c < width; ++c) {
      const std::uint64_t at = axis == 0 ? i * width + c : c * count + i;
      const double gain = gains.size() == width ? gains[c] : 1;
      sizes[c] = gain == 0 ? 0 : std::abs(matrix.values[at] / gain);
    }
    if (hasManyValues(sizes)) rows.emplace_back(std::move(sizes));
  }
  return rows;
}

std::size_t shared(std::vector<RowOfSizes>& rows) {
  std::sort(rows.begin(), rows.end(),
            [](const RowOfSizes& x, const RowOfSizes& y) { return x.sum < y.sum; });
  std::size_t shared = 0;
  for (auto first = rows.begin(); first != rows.end();) {
    auto last = first + 1;  // of those whose sums follow one another closely
    while (last != rows.end() && equal((last - 1)->sum, last->sum)) ++last;
    shared += static_cast<std::size_t>(std::count_if(first, last, [&](const RowOfSizes& row) {
      return std::any_of(first, last,
                         [&](const RowOfSizes& x) { return row.holdsTheNumbersOf(x); });
    }));
    first = last;
  }
  return shared;
}

}  // namespace

std::optional<std::string> sameNumbersIn(const ModelWeights& weights, std::string_view role,
                                         unsigned axis) {
  std::size_t all = 0, twins = 0;
  for (const Place& place : placesLookedAt(weights, role)) {
    if (weights.rows(role, place) == 0) continue;
    const Matrix matrix = weights.matrix(role, place);
    std::vector<RowOfSizes> stored = rowsOf(matrix, axis, {});
    all += stored.size();
    std::size_t most = shared(stored);
    if (axis == 0) {  // as they were before the gains were folded in
      std::vector<RowOfSizes> unfolded = rowsOf(matrix, axis, gainsOf(weights, role, place));
      most = std::max(most, shared(unfolded));
    }
    twins += most;
  }
  if (twins < kFewestRows || static_cast<double>(twins) < kMostShared * static_cast<double>(all)) {
    return std::nullopt;
  }
  return fmt::format(
      "of {} {} of {} in {} {} hold the same numbers as another, in another order or with other "
      "signs (as those of a quaternion product or of a circulant do), so that their signs are no "
      "coins of their own",
      all, axis == 0 ? "rows" : "columns", role, weights.model(), twins);
}

}  // namespace kindred::align
