// Signatures of units that no rotation of the residual stream and no order of units changes: from
// the cosines of a unit's row with the other rows of its MLP, the smallest and the largest.
#pragma once

#include <armadillo>

namespace kindred::linear {

// How many cosines are kept from either end.
struct Tails {
  arma::uword smallest = 40;
  arma::uword largest = 40;
  bool of_magnitudes = false;  // of absolute cosines: no sign of a row changes the signature
};

// One column a unit (smallest + largest rows, each of mean 0 and deviation 1 over the units), from
// unit columns. Empty where there are fewer units than cosines to keep, and one.
arma::fmat signaturesOf(const arma::fmat& columns, const Tails& tails = {});

// Minus the mean squared distance of each unit of A (rows) and of B (columns), at most 0 but for
// rounding. Signatures of one length.
arma::fmat signatureSimilarity(const arma::fmat& a, const arma::fmat& b);

}  // namespace kindred::linear
