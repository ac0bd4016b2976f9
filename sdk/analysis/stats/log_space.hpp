// Probabilities as base-10 logarithms, so that 10^-20000 stays a number. Nothing here fails;
// minus infinity stands for an empty sum only.
#pragma once

#include <cstdint>
#include <span>

namespace kindred::stats {

inline constexpr double kLn10 = 2.302585092994045684;
inline constexpr double kLog10Of2 = 0.301029995663981195;

// log10(10^a + 10^b).
double log10Add(double a, double b);

// log10 of the sum of 10^x.
double log10Sum(std::span<const double> exponents);

// log10(1 - 10^x) for x <= 0; minus infinity for x = 0.
double log10Complement(double x);

// log10(n!).
double log10Factorial(std::uint64_t n);

// log10 min(1, 2 min(upper, lower)): the two-sided p-value of two one-sided ones.
double twoSided(double log10_upper, double log10_lower);

}  // namespace kindred::stats
