// p-values from controls, and what many tests at once cost.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace kindred::stats {

// Holm's step-down adjustment (1979), in log10 and in the order given: the family-wise error is
// controlled whatever the tests' dependence.
std::vector<double> holm(std::span<const double> log10_p);

// The conformal p-value of a score among controls that are exchangeable with an independent
// candidate (Bates et al., arXiv:2104.08279): log10 of (1 + #{control >= score}) / (controls + 1).
// Never below conformalFloor(). NaN is our own mistake.
double conformal(double score, std::span<const double> controls);
double conformalFloor(std::size_t controls);

}  // namespace kindred::stats
