// What a sign test would have seen: the power that goes with "no evidence". rho lies within (-1,
// 1); a width of 0 is the caller's mistake. Nothing here throws.
#pragma once

#include <cstdint>
#include <optional>

namespace kindred::stats {

// The probability that a coin falls heads when its two rows of `width` Gaussian elements have
// correlation rho: Phi(sqrt(width) rho / sqrt(1 - rho^2)), for small rho Phi(rho sqrt(width)).
double headProbability(double rho, double width);

// The probability that `coins` such coins give p <= 10^log10_alpha in the exact sign test.
double detectionProbability(std::uint64_t coins, double width, double rho, double log10_alpha);

// The smallest rho that is detected with the given probability; none where even all heads would
// not reach alpha.
std::optional<double> detectableCorrelation(std::uint64_t coins, double width,
                                            double log10_alpha = -6, double probability = 0.99);

}  // namespace kindred::stats
