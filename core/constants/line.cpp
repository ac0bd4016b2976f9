#include "constants/line.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

namespace kindred::constants {
namespace {

// Values from which a recurrence is fitted. Long ones are right for slow waves; short ones fit
// between the seams of tables over two axes, which begin anew every few values.
constexpr std::size_t kWindows[] = {16, 9, 7, 6};
constexpr std::size_t kPlaces = 7;  // of each length, along a line
constexpr std::size_t kShortestLine = 12;
constexpr double kMost = 0.55;     // of the values must follow
constexpr std::size_t kZeros = 4;  // one of so many is zero: pruned

using Recurrence = std::array<double, 3>;

// Least squares over a window by the normal equations, Gaussian elimination with pivots.
std::optional<Recurrence> fit(std::span<const double> window) {
  double m[3][4] = {};
  for (std::size_t i = 1; i + 1 < window.size(); ++i) {
    const double x[3] = {window[i], window[i - 1], 1};
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 3; ++c) m[r][c] += x[r] * x[c];
      m[r][3] += x[r] * window[i + 1];
    }
  }
  for (int r = 0; r < 3; ++r) m[r][r] += 1e-13 * (m[0][0] + m[1][1] + 1);  // dependent columns
  for (int k = 0; k < 3; ++k) {
    int pivot = k;
    for (int r = k + 1; r < 3; ++r) {
      if (std::abs(m[r][k]) > std::abs(m[pivot][k])) pivot = r;
    }
    std::swap(m[k], m[pivot]);
    if (m[k][k] == 0) return std::nullopt;
    for (int r = 0; r < 3; ++r) {
      if (r == k) continue;
      const double factor = m[r][k] / m[k][k];
      for (int c = k; c < 4; ++c) m[r][c] -= factor * m[k][c];
    }
  }
  return Recurrence{m[0][3] / m[0][0], m[1][3] / m[1][1], m[2][3] / m[2][2]};
}

}  // namespace

bool isConstant(std::span<const double> line) {
  return std::all_of(line.begin(), line.end(), [&](double x) { return x == line.front(); });
}

bool isSorted(std::span<const double> line) {
  int turns = 0, direction = 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    const int step = (line[i] > line[i - 1]) - (line[i] < line[i - 1]);
    if (step == 0) continue;
    if (direction != 0 && step != direction && ++turns > 1) return false;
    direction = step;
  }
  return true;
}

namespace {

// From the least to the largest; next to one huge value all others would seem to follow from each
// other, so no more than eight times their mean distance from the mean.
double spreadOf(std::span<const double> line) {
  const auto [least, most] = std::minmax_element(line.begin(), line.end());
  const double count = static_cast<double>(line.size());
  const double mean = std::accumulate(line.begin(), line.end(), 0.0) / count;
  double apart = 0;
  for (const double x : line) apart += std::abs(x - mean) / count;
  return std::min(*most - *least, 8 * apart);
}

// The zeros that pruning leaves are all alike and follow from anything: where there are many they
// are no part of what must follow, unless the others are all alike, too (an identity, a mask).
bool isPruned(std::span<const double> line) {
  const auto zeros = static_cast<std::size_t>(std::count(line.begin(), line.end(), 0.0));
  if (kZeros * zeros < line.size()) return false;
  double other = 0;
  return std::any_of(line.begin(), line.end(), [&](double x) {
    const bool differs = x != 0 && other != 0 && std::abs(x) != other;
    if (x != 0) other = std::abs(x);
    return differs;
  });
}

// Whether enough values follow; given up where too many do not.
bool follows(std::span<const double> line, const Recurrence& recurrence, double spread,
             double tolerance, bool pruned) {
  const auto& [a, b, c] = recurrence;
  const auto values = static_cast<std::size_t>(
      std::count_if(line.begin() + 2, line.end(), [&](double x) { return !pruned || x != 0; }));
  auto may_miss = static_cast<std::ptrdiff_t>((1 - kMost) * static_cast<double>(values));
  for (std::size_t i = 1; i + 1 < line.size(); ++i) {
    if (pruned && line[i + 1] == 0) continue;
    const double expected = a * line[i] + b * line[i - 1] + c * spread;
    if (!(std::abs(line[i + 1] - expected) <= tolerance * spread) && --may_miss < 0) return false;
  }
  return true;
}

}  // namespace

bool isRecurrent(std::span<const double> line, double tolerance) {
  if (line.size() < kShortestLine) return false;
  const double spread = spreadOf(line);
  if (!(spread > 0) || !std::isfinite(spread)) return false;
  const bool pruned = isPruned(line);
  // Slow waves in a coarse format are stairs: a value is its predecessor, or continues the last
  // step.
  for (const Recurrence& stairs : {Recurrence{1, 0, 0}, Recurrence{2, -1, 0}}) {
    if (follows(line, stairs, spread, tolerance, pruned)) return true;
  }
  std::vector<double> window;
  for (const std::size_t length : kWindows) {
    if (line.size() < length + 6) continue;
    for (std::size_t place = 0; place < kPlaces; ++place) {
      const std::size_t first = place * (line.size() - length) / (kPlaces - 1);
      window.assign(line.begin() + static_cast<std::ptrdiff_t>(first),
                    line.begin() + static_cast<std::ptrdiff_t>(first + length));
      for (double& value : window) value /= spread;
      const std::optional<Recurrence> found = fit(window);
      if (found && follows(line, *found, spread, tolerance, pruned)) return true;
    }
  }
  return false;
}

}  // namespace kindred::constants
