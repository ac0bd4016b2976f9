// The rectangular linear assignment problem: pair rows with columns, each at most once and as many
// as possible, so that the sum of the chosen values is smallest (or largest).
//
// The method is the shortest augmenting path algorithm of R. Jonker and A. Volgenant, "A shortest
// augmenting path algorithm for dense and sparse linear assignment problems", Computing 38 (1987),
// on rectangular matrices as in D. F. Crouse, "On implementing 2D rectangular assignment
// algorithms", IEEE Transactions on Aerospace and Electronic Systems 52 (2016). The optimum is
// proved by its dual prices: see Certificate.
//
// A tie among optima is broken by position, which favours the identity: where the result is counted
// as evidence, solve with assignRelabelled(), and abstain where isConstant().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <kindred/analysis/stats/matrix_view.hpp>

namespace kindred::stats {

enum class Goal { minimise, maximise };

inline constexpr std::size_t kUnassigned = static_cast<std::size_t>(-1);

struct Assignment {
  std::vector<std::size_t> column_of_row;  // kUnassigned where there are more rows than columns
  double total = 0;                        // the sum of the chosen values
  std::vector<double> row_price;           // the dual variables
  std::vector<double> column_price;
};

// How far an assignment is from proved optimal; all zero but for rounding. For minimisation the
// proof is: row_price + column_price <= value everywhere, equal on the chosen, prices of unassigned
// rows and columns 0 and of all on the longer side at most 0; so no assignment totals less than the
// sum of the prices, and this one does not total more. For maximisation every sign is reversed.
struct Certificate {
  double infeasibility = 0;  // the largest excess of row_price + column_price (or of a price)
  double slackness = 0;      // the largest gap on a chosen value, or price of an unassigned line
  double gap = 0;            // |total - sum of prices|
  double scale = 0;          // the largest |value|, to judge the others by
  bool holds = false;        // all within rounding: 1e-9 of the scale

  std::string text() const;  // "optimal: infeasibility 0, slackness 2.2e-16, gap 1.1e-13"
};

// float or double. Values that are not finite, or a size other than rows * columns, are input
// errors.
template <class T>
Assignment assign(MatrixView<T> values, Goal goal);

// The same, with rows and columns renumbered at random while solving: which of several optima is
// found then does not depend on how they were numbered, and the identity has no advantage.
template <class T>
Assignment assignRelabelled(MatrixView<T> values, Goal goal, std::uint64_t seed);

template <class T>
Certificate certify(MatrixView<T> values, Goal goal, const Assignment& assignment);

// Whether all values are equal, or equal but for rounding (relative): then every assignment is
// optimal and a matching says nothing.
template <class T>
bool isConstant(MatrixView<T> values, double tolerance = 1e-6);

}  // namespace kindred::stats
