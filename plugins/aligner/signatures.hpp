// Signatures of units that no rotation of the residual stream and no order of units changes: from
// the cosines of a gate row with the other gate rows of its MLP, the smallest and the largest.
#pragma once

#include <armadillo>

namespace kindred::aligner {

inline constexpr arma::uword kSignatureTail = 40;  // cosines kept from either end

// One standardised column a unit; `tail` cosines of either end. Empty where there are too few
// units.
arma::fmat signaturesOf(const arma::fmat& gates, arma::uword tail = kSignatureTail);

// Minus the mean squared distance of each unit of A (rows) and of B (columns).
arma::fmat signatureSimilarity(const arma::fmat& a, const arma::fmat& b);

}  // namespace kindred::aligner
