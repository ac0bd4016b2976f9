#include <kindred/analysis/align/origins.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>
#include <string_view>

#include <kindred/alignment.hpp>

namespace kindred::align {
namespace {

// Finite where all numbers are.
double sumOfSquares(const float* row, std::uint64_t columns) {
  double lanes[4] = {};
  std::uint64_t c = 0;
  for (; c + 4 <= columns; c += 4) {
    for (std::size_t k = 0; k < 4; ++k) lanes[k] += double{row[c + k]} * row[c + k];
  }
  for (; c < columns; ++c) lanes[0] += double{row[c]} * row[c];
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

bool isConstant(const float* row, std::uint64_t columns) {
  return std::all_of(row, row + columns, [&](float x) { return x == *row; });
}

// Zero, constant, or not finite.
bool givesNoCoin(const float* row, std::uint64_t columns) {
  return !std::isfinite(sumOfSquares(row, columns)) || isConstant(row, columns);
}

// A row with the sign of its first element that is not zero taken out, as bytes.
std::string canonical(const float* row, std::uint64_t columns) {
  std::vector<float> copy(row, row + columns);
  const auto first = std::find_if(copy.begin(), copy.end(), [](float x) { return x != 0; });
  const bool negative = first != copy.end() && *first < 0;
  for (float& x : copy) x = (negative ? -x : x) + 0.0f;  // +0: minus zero becomes zero
  return std::string(reinterpret_cast<const char*>(copy.data()), copy.size() * sizeof(float));
}

}  // namespace

Origins::Origins(std::size_t size) : parent_(size) {
  std::iota(parent_.begin(), parent_.end(), 0u);
}

std::uint32_t Origins::find(std::uint32_t x) {
  while (parent_[x] != x) x = parent_[x] = parent_[parent_[x]];
  return x;
}

void Origins::join(std::uint32_t x, std::uint32_t y) {
  x = find(x);
  y = find(y);
  parent_[std::max(x, y)] = std::min(x, y);
}

bool isTelling(const float* row, std::uint64_t columns) {
  constexpr std::uint64_t kFewest = 16;  // of so many elements one is not zero
  if (givesNoCoin(row, columns)) return false;
  const auto zeros = static_cast<std::uint64_t>(std::count(row, row + columns, 0.0f));
  return (columns - zeros) * kFewest > columns;
}

bool isOneSided(const float* row, std::uint64_t columns) {
  constexpr double kDeviations = 6;
  double sum = 0;
  for (std::uint64_t c = 0; c < columns; ++c) sum += (row[c] > 0) - (row[c] < 0);
  return std::abs(sum) > kDeviations * std::sqrt(static_cast<double>(columns));
}

std::vector<std::uint32_t> repeatedRows(const Matrix& matrix) {
  return repeatedRows(matrix.values.data(), matrix.rows, matrix.columns);
}

std::vector<std::uint32_t> repeatedRows(const float* values, std::uint64_t rows,
                                        std::uint64_t columns) {
  std::vector<std::uint32_t> first(rows, kNoOrigin);
  // Equal rows have equal sums of squares, bit for bit; only those are compared.
  std::map<double, std::vector<std::uint32_t>> by_length;
  for (std::uint32_t r = 0; r < rows; ++r) {
    const float* row = values + r * columns;
    const double square = sumOfSquares(row, columns);
    if (!std::isfinite(square) || isConstant(row, columns)) continue;
    first[r] = r;
    std::vector<std::uint32_t>& alike = by_length[square];
    if (!alike.empty()) {
      const std::string self = canonical(row, columns);
      for (const std::uint32_t other : alike) {
        if (canonical(values + other * columns, columns) != self) continue;
        first[r] = first[other];
        break;
      }
    }
    alike.push_back(r);
  }
  return first;
}

}  // namespace kindred::align
