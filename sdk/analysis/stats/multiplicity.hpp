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

// Several scores of the same pairs, adjusted together. scores[t][i] is score t of pair i, NaN where
// the pair has none; pair 0 is the one asked about. Each score is standardised by median and spread
// of all its pairs, and the adjusted p-value is its rank among every pair's largest standardised
// score. Where pairs are exchangeable, the probability that any adjusted p-value of pair 0 is at
// most q is at most q, however the scores depend on each other (max-T of Westfall and Young, 1993;
// median and spread are the same whichever pair is asked about). 0 (p = 1) for scores that pair 0
// lacks. At least one pair; all lists of equal length.
std::vector<double> conformalTogether(std::span<const std::vector<double>> scores);

}  // namespace kindred::stats
