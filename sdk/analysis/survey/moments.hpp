// Moments of vectors, and how alike two are. Sums in double, one after the other: the same bits on
// every machine.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <kindred/analysis/stats/moments.hpp>

namespace kindred::survey {

using stats::Moments;

Moments momentsOf(std::span<const float> values);
Moments momentsOf(std::span<const double> values);

// NaN where one of them is zero (constant) or lengths differ.
double cosine(std::span<const float> x, std::span<const float> y);
double cosine(std::span<const double> x, std::span<const double> y);
double pearson(std::span<const double> x, std::span<const double> y);

std::vector<double> wide(std::span<const float> values);

// A table's cell: so many decimals, "-" for NaN.
std::string cell(double value, int decimals = 4);
std::string cell(std::int64_t value);

}  // namespace kindred::survey
