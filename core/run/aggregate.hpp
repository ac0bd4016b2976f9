// One number from many observations: what expectations and summaries are about.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "recipe/recipe.hpp"
#include "results/results.hpp"

namespace kindred::run {

// mean, sd (population), min, max, median, count, or a percentile p01..p99 (linear interpolation
// between order statistics, type 7 of Hyndman and Fan 1996). Undefined values (NaN) are left out of
// all of them; NaN where nothing is left (count: 0).
double aggregate(std::span<const double> values, const std::string& how);

// The values of one figure, in order. An empty figure means the metric's first.
std::vector<double> valuesOf(const results::Results& results, const recipe::FigureAddress& address);

results::ExpectationResult judge(const recipe::Expectation& expectation,
                                 const results::Results& results);

}  // namespace kindred::run
