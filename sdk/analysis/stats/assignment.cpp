#include <kindred/analysis/stats/assignment.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include <kindred/analysis/stats/detail/shortest_paths.hpp>
#include <kindred/error.hpp>
#include <kindred/random.hpp>

namespace kindred::stats {

namespace {

double signOf(Goal goal) { return goal == Goal::minimise ? 1 : -1; }

template <class T>
std::vector<T> transposed(MatrixView<T> values) {
  constexpr std::size_t kTile = 32;  // a tile of both matrices fits in the first cache
  std::vector<T> result(values.values.size());
  for (std::size_t top = 0; top < values.rows; top += kTile) {
    for (std::size_t left = 0; left < values.columns; left += kTile) {
      for (std::size_t i = top; i < std::min(values.rows, top + kTile); ++i) {
        for (std::size_t j = left; j < std::min(values.columns, left + kTile); ++j) {
          result[j * values.rows + i] = values.row(i)[j];
        }
      }
    }
  }
  return result;
}

template <class T>
void checkSize(MatrixView<T> values) {
  if (values.columns != 0 && values.values.size() / values.columns == values.rows &&
      values.values.size() % values.columns == 0) {
    return;
  }
  if (values.values.empty() && (values.rows == 0 || values.columns == 0)) return;
  throw inputError("", "an assignment over " + std::to_string(values.rows) + " rows and " +
                           std::to_string(values.columns) + " columns has " +
                           std::to_string(values.values.size()) + " values");
}

std::vector<std::size_t> randomOrder(std::size_t n, Random& random) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  random.shuffle(std::span(order));
  return order;
}

}  // namespace

template <class T>
Assignment assign(MatrixView<T> values, Goal goal) {
  checkSize(values);
  if (values.rows > values.columns) {
    const std::vector<T> copy = transposed(values);
    Assignment wide = assign(MatrixView<T>{copy, values.columns, values.rows}, goal);
    Assignment result;
    result.column_of_row.assign(values.rows, kUnassigned);
    for (std::size_t j = 0; j < values.columns; ++j) {
      result.column_of_row[wide.column_of_row[j]] = j;
    }
    result.total = wide.total;
    result.row_price = std::move(wide.column_price);
    result.column_price = std::move(wide.row_price);
    return result;
  }
  return shortestPaths(values, signOf(goal));
}

template <class T>
Assignment assignRelabelled(MatrixView<T> values, Goal goal, std::uint64_t seed) {
  checkSize(values);
  Random random(seed);
  const std::vector<std::size_t> row_at = randomOrder(values.rows, random);
  const std::vector<std::size_t> column_at = randomOrder(values.columns, random);
  std::vector<T> shuffled(values.values.size());
  for (std::size_t i = 0; i < values.rows; ++i) {
    const T* from = values.row(row_at[i]);
    T* to = shuffled.data() + i * values.columns;
    for (std::size_t j = 0; j < values.columns; ++j) to[j] = from[column_at[j]];
  }
  const Assignment inner = assign(MatrixView<T>{shuffled, values.rows, values.columns}, goal);
  Assignment result = inner;
  for (std::size_t i = 0; i < values.rows; ++i) {
    const std::size_t j = inner.column_of_row[i];
    result.column_of_row[row_at[i]] = j == kUnassigned ? j : column_at[j];
    result.row_price[row_at[i]] = inner.row_price[i];
  }
  for (std::size_t j = 0; j < values.columns; ++j) {
    result.column_price[column_at[j]] = inner.column_price[j];
  }
  return result;
}

template <class T>
Certificate certify(MatrixView<T> values, Goal goal, const Assignment& assignment) {
  checkSize(values);
  const double sign = signOf(goal);
  Certificate certificate;
  double prices = 0;
  std::vector<char> taken(values.columns, 0);
  for (std::size_t i = 0; i < values.rows; ++i) {
    const double price = assignment.row_price[i];
    const std::size_t chosen = assignment.column_of_row[i];
    prices += price;
    for (std::size_t j = 0; j < values.columns; ++j) {
      const double value = values.row(i)[j];
      const double excess = sign * (price + assignment.column_price[j] - value);
      certificate.scale = std::max(certificate.scale, std::abs(value));
      certificate.infeasibility = std::max(certificate.infeasibility, excess);
      if (j == chosen) {
        taken[j] = 1;
        certificate.slackness = std::max(certificate.slackness, std::abs(excess));
      }
    }
    if (chosen == kUnassigned) {
      certificate.slackness = std::max(certificate.slackness, std::abs(price));
    }
    if (values.rows > values.columns) {
      certificate.infeasibility = std::max(certificate.infeasibility, sign * price);
    }
  }
  for (std::size_t j = 0; j < values.columns; ++j) {
    const double price = assignment.column_price[j];
    prices += price;
    if (!taken[j]) certificate.slackness = std::max(certificate.slackness, std::abs(price));
    if (values.rows < values.columns) {
      certificate.infeasibility = std::max(certificate.infeasibility, sign * price);
    }
  }
  certificate.gap = std::abs(assignment.total - prices);
  const double rounding = 1e-9 * certificate.scale;
  const auto pairs = static_cast<double>(std::min(values.rows, values.columns));
  certificate.holds = certificate.infeasibility <= rounding && certificate.slackness <= rounding &&
                      certificate.gap <= pairs * rounding;
  return certificate;
}

std::string Certificate::text() const {
  std::array<char, 128> text;
  std::snprintf(text.data(), text.size(), "%s: infeasibility %.2g, slackness %.2g, gap %.2g",
                holds ? "optimal" : "not proved optimal", infeasibility, slackness, gap);
  return text.data();
}

template <class T>
bool isConstant(MatrixView<T> values, double tolerance) {
  if (values.values.empty()) return true;
  const auto [least, most] = std::minmax_element(values.values.begin(), values.values.end());
  const double scale = std::max(std::abs(double{*least}), std::abs(double{*most}));
  return double{*most} - double{*least} <= tolerance * scale;
}

template Assignment assign(MatrixView<float>, Goal);
template Assignment assign(MatrixView<double>, Goal);
template Assignment assignRelabelled(MatrixView<float>, Goal, std::uint64_t);
template Assignment assignRelabelled(MatrixView<double>, Goal, std::uint64_t);
template Certificate certify(MatrixView<float>, Goal, const Assignment&);
template Certificate certify(MatrixView<double>, Goal, const Assignment&);
template bool isConstant(MatrixView<float>, double);
template bool isConstant(MatrixView<double>, double);

}  // namespace kindred::stats
