// Whether p-values of one test, from runs in which its null holds by construction, are as a null
// asks: no smaller on the whole than uniform ones. Larger ones only cost power, and those of counts
// are larger.
#pragma once

#include <cstdint>
#include <vector>

namespace kindred::stats {

struct Uniformity {
  std::uint64_t count = 0;
  double share = 0;        // of p-values that are at most 0.05
  double distance = 0;     // one-sided, Kolmogorov and Smirnov: largest excess of the share below x
  double bound = 0;        // which it exceeds with half of the given probability at most
  double log10_least = 0;  // of the smallest p-value: a test that errs seldom errs by far
  double log10_least_bound = 0;  // below which it is with half of the given probability at most

  bool holds() const { return distance <= bound && log10_least >= log10_least_bound; }
};

// Of decimal logarithms within [-inf, 0], at least one. `level` within (0, 1). The bound is that of
// Dvoretzky, Kiefer and Wolfowitz with Massart's constant (Ann. Probab. 18 (1990) 1269), one-sided:
// P(D > e) <= exp(-2 n e^2) for e >= sqrt(ln 2 / (2 n)), which any level keeps to. That of the
// smallest p-value is Bonferroni's.
Uniformity uniformity(std::vector<double> log10_p, double level);

}  // namespace kindred::stats
