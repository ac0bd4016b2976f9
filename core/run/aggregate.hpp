// What expectations are about.
#pragma once

#include <string>
#include <vector>

#include "recipe/values.hpp"
#include "results/results.hpp"

namespace kindred::run {

// The values of one figure, in order. An empty figure means the metric's first.
std::vector<double> valuesOf(const results::Results& results, const recipe::FigureAddress& address);

results::ExpectationResult judge(const recipe::Expectation& expectation,
                                 const results::Results& results);

}  // namespace kindred::run
