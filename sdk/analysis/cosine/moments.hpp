// Second moments of pairs of numbers that arrive in blocks, right to 1e-13 whatever their number.
//
// Error bound. Let u = 2^-53 and write |x| for the Euclidean norm. A block has at most 2048 pairs
// in 32 lanes: 64 fused multiply-adds and 5 foldings, so by the usual analysis (Higham, Accuracy
// and Stability of Numerical Algorithms, 2nd ed., section 4.2) each of its sums of n products is
// off by at most 69u times the sum of the products' magnitudes. Blocks are then added with twice
// the precision, whose errors (fewer than 2^19 blocks: 2^38 * 2^-106) vanish beside that.
//
// Cosine. The products' magnitudes sum to at most |a||b| (Cauchy and Schwarz), so the dot product
// is off by 69u |a||b|, each square by 69u of itself, the root of their product by 69u of itself:
// together less than 140u = 1.6e-14.
//
// Pearson's r. Blocks are shifted by a number near their mean first, or the means' squares would
// swamp the variances. With x = a - shift, V and m the variance and mean of x over the block, the
// shift is kept only where m^2 <= V / 4, which is 5 (sum x)^2 <= n sum x^2, and otherwise replaced
// by the block's mean. Hence |x|^2 <= 5/4 nV and |sum x| <= n sqrt(V) / 2. Then
//   sum xy                is off by 69u |x||y|             <= 87u  n sqrt(Va Vb)
//   sum x * sum y / n     is off by 2 * 69u sqrt(5/4) / 2  <= 78u  n sqrt(Va Vb)
//   rounding of x and y   adds        2u * 5/4 + 2u        <=  5u  n sqrt(Va Vb)
// so a covariance is off by 170u of sqrt(Va Vb) and a variance by 170u of itself; by Cauchy and
// Schwarz the same holds for sums over blocks, and moving blocks to a common mean (Chan, Golub,
// LeVeque, "Updating formulae", 1979), which only adds to the variances, is done with twice the
// precision. r is off by less than 2 * 170u + 4u = 344u = 3.9e-14.
//
// Float inputs always reach such a shift (two floats differ by 2^-24 of their size or not at all,
// and the mean is right to 2^-46 of it); for doubles whose spread is below their own rounding there
// is nothing to be right about.
#pragma once

#include <cstdint>

#include <kindred/analysis/cosine/block_sums.hpp>
#include <kindred/analysis/cosine/double_double.hpp>

namespace kindred::cosine {

// Sums over any number of blocks that have one shift.
struct ShiftedSums {
  double shift_a = 0;
  double shift_b = 0;
  double count = 0;  // exact below 2^53
  Double2 a, b, aa, bb, ab;

  void add(const BlockSums& block, std::size_t size);
};

// Means, and sums of squares and products of deviations from them.
struct Moments {
  double count = 0;
  Double2 mean_a, mean_b;
  Double2 aa, bb, ab;

  Moments() = default;
  explicit Moments(const ShiftedSums& sums);
  // Takes in the elements behind these (Chan, Golub, LeVeque).
  void merge(const Moments& next);
};

// ab / sqrt(aa * bb), within [-1, 1]; NaN where a square is zero or not finite.
double ratio(Double2 aa, Double2 bb, Double2 ab);

}  // namespace kindred::cosine
