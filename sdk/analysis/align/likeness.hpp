// Sizes beside signs. Signs and order can be chosen by whoever has the other model's file; how
// alike the rows are can't, short of copying them.
#pragma once

#include <optional>
#include <vector>

#include <kindred/likeness.hpp>

namespace kindred::align {

// Cosines of rows that were matched, and of rows of the same models that were not, but chosen by a
// rule that looked as hard (a search for large cosines finds some among strangers too).
struct Sizes {
  std::vector<double> matched, others;
  std::uint64_t width = 0;
  bool chosen = false;  // pairs were chosen by their own absolute cosines
  // Where rows of a block (a head, a latent) may be turned into each other without a change of the
  // function: mean cosines of blocks that do not belong together, turned to fit best.
  std::vector<double> turned = {};
};

// From which absolute cosine a pair counts as copies of one row, where others reach `chance`.
double clearFrom(double chance);

// With the agreement that a test of signs needs; empty where there is nothing to compare with.
// Cosines lie within [-1, 1]; what is not finite must be left out.
//
// Rows of correlation rho have cosines rho + z, z as among the others, and agree in sign with a
// probability 1/2 + P(|z| < rho) / 2. Read backwards: where a share (1 + h) / 2 agrees, rho is the
// h-quantile of |z|. Where some rows are more alike than others the mean of rho is larger, since
// the quantile is convex in h. Signs that were chosen to agree leave the mean at h times that of
// |z|.
std::optional<Likeness> likenessOf(const Sizes& sizes);

}  // namespace kindred::align
