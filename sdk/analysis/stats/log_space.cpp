#include <kindred/analysis/stats/log_space.hpp>

#include <math.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace kindred::stats {

namespace {
constexpr double kInfinity = std::numeric_limits<double>::infinity();
}

double log10Add(double a, double b) {
  if (a < b) std::swap(a, b);
  if (b == -kInfinity) return a;
  return a + std::log1p(std::pow(10.0, b - a)) / kLn10;
}

double log10Sum(std::span<const double> exponents) {
  if (exponents.empty()) return -kInfinity;
  const double largest = *std::max_element(exponents.begin(), exponents.end());
  if (largest == -kInfinity) return largest;
  double sum = 0;
  for (const double x : exponents) sum += std::pow(10.0, x - largest);
  return largest + std::log10(sum);
}

double log10Complement(double x) {
  if (x >= 0) return -kInfinity;
  const double y = x * kLn10;
  // Each branch keeps full precision on its side of 1/2.
  return (y > -0.6931 ? std::log(-std::expm1(y)) : std::log1p(-std::exp(y))) / kLn10;
}

double log10Factorial(std::uint64_t n) {
  int sign = 0;  // lgamma() would write a global variable
  return ::lgamma_r(static_cast<double>(n) + 1, &sign) / kLn10;
}

double twoSided(double log10_upper, double log10_lower) {
  return std::min(0.0, kLog10Of2 + std::min(log10_upper, log10_lower));
}

}  // namespace kindred::stats
