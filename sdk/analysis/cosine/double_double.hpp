// Numbers of twice a double's precision (about 106 bits), each the unevaluated sum of two doubles.
// T. J. Dekker, "A floating-point technique for extending the available precision", Numer. Math. 18
// (1971), and M. Joldes, J.-M. Muller, V. Popescu, "Tight and rigorous error bounds for basic
// building blocks of double-word arithmetic", ACM TOMS 44 (2017): the relative error of a sum of
// like signs, product or quotient is a few times 2^-106. Must not be compiled with contraction or
// relaxed floating point.
#pragma once

#include <cmath>

namespace kindred::cosine {

struct Double2 {
  double high = 0;
  double low = 0;

  constexpr Double2() = default;
  constexpr Double2(double value) : high(value) {}  // exact, so implicit
  constexpr Double2(double h, double l) : high(h), low(l) {}
};

// high + low == a + b exactly (Knuth's TwoSum).
inline Double2 exactSum(double a, double b) {
  const double sum = a + b;
  const double part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

// The same where |a| >= |b| (Dekker's FastTwoSum).
inline Double2 normalised(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

inline Double2 operator+(Double2 a, Double2 b) {
  const Double2 high = exactSum(a.high, b.high);
  const Double2 low = exactSum(a.low, b.low);
  const Double2 sum = normalised(high.high, high.low + low.high);
  return normalised(sum.high, low.low + sum.low);
}

inline Double2 operator-(Double2 a) { return {-a.high, -a.low}; }
inline Double2 operator-(Double2 a, Double2 b) { return a + -b; }

inline Double2 operator*(Double2 a, Double2 b) {
  const double product = a.high * b.high;
  const double rest = std::fma(a.high, b.high, -product);
  return normalised(product, rest + (a.high * b.low + a.low * b.high));
}

inline Double2 operator/(Double2 a, Double2 b) {
  const double first = a.high / b.high;
  const double second = (a - b * first).high / b.high;
  return normalised(first, second);
}

// Adds a double: the error of n additions is about n^2 * 2^-106 of the sum of magnitudes.
inline void accumulate(Double2& sum, double term) {
  const Double2 exact = exactSum(sum.high, term);
  sum.high = exact.high;
  sum.low += exact.low;
}

}  // namespace kindred::cosine
