// The solver behind assign(): see assignment.hpp.
#pragma once

#include <kindred/analysis/stats/assignment.hpp>

namespace kindred::stats {

// Minimises the sum of sign * value for rows <= columns.
template <class T>
Assignment shortestPaths(MatrixView<T> values, double sign);

}  // namespace kindred::stats
