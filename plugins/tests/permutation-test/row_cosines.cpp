#include "row_cosines.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <kindred/analysis/stats/clones.hpp>
#include <kindred/error.hpp>

namespace kindred {

namespace {

constexpr std::size_t kLanes = 16;

// A dot product in double, in the same order for every vector width.
KINDRED_CLONES double dot(const float* x, const float* y, std::size_t size) {
  double lane[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    for (std::size_t c = 0; c < kLanes; ++c) {
      lane[c] += static_cast<double>(x[i + c]) * static_cast<double>(y[i + c]);
    }
  }
  for (std::size_t c = 0; i < size; ++i, ++c) {
    lane[c] += static_cast<double>(x[i]) * static_cast<double>(y[i]);
  }
  double sum = 0;
  for (const double part : lane) sum += part;
  return sum;
}

const float* rowOf(const Matrix& matrix, std::uint64_t row) {
  return matrix.values.data() + row * matrix.columns;
}

double norm(const Matrix& matrix, std::uint64_t row) {
  const float* values = rowOf(matrix, row);
  return std::sqrt(dot(values, values, matrix.columns));
}

bool usable(double length) { return std::isfinite(length) && length > 0; }

std::string nameOf(const Matrix& matrix) {
  return matrix.tensor == nullptr ? "a matrix" : "'" + matrix.tensor->name + "'";
}

}  // namespace

RowCosines rowCosines(const Matrix& a, const Matrix& b, std::uint64_t most) {
  if (a.columns != b.columns) {
    throw inputError("",
                     "rows of " + nameOf(a) + " have " + std::to_string(a.columns) +
                         " elements and rows of " + nameOf(b) + " " + std::to_string(b.columns),
                     "compare tensors of equal width");
  }
  RowCosines result;
  std::vector<double> norm_a;
  std::vector<double> norm_b;
  for (std::uint64_t i = 0; i < std::min({a.rows, b.rows, most}); ++i) {
    const double length_a = norm(a, i);
    const double length_b = norm(b, i);
    if (!usable(length_a) || !usable(length_b)) continue;
    result.rows.push_back(i);
    norm_a.push_back(length_a);
    norm_b.push_back(length_b);
  }
  result.values.resize(result.size() * result.size());
  double* value = result.values.data();
  for (std::size_t i = 0; i < result.size(); ++i) {
    const float* row_b = rowOf(b, result.rows[i]);
    for (std::size_t j = 0; j < result.size(); ++j) {
      *value++ = dot(row_b, rowOf(a, result.rows[j]), a.columns) / (norm_b[i] * norm_a[j]);
    }
  }
  return result;
}

}  // namespace kindred
