// Sums over one block of two tensors, in double lanes: the inner loop of the cosine.
//
// The elements of a block are dealt out to 32 lanes, element i to lane i % 32; each lane adds its
// (at most 64) terms in order by fused multiply-adds, and the lanes are folded in half five times.
// That order is the same on every vector unit, so the bits are too, wherever there is a fused
// multiply-add (AVX2, AVX-512, NEON).
#pragma once

#include <cstddef>

namespace kindred::cosine {

struct BlockSums {
  double a = 0, b = 0;            // sums of x = a - shift_a and y = b - shift_b
  double aa = 0, bb = 0, ab = 0;  // sums of x*x, y*y, x*y
};

// The sums of squares and products alone, unshifted. [any-thread]
BlockSums products(const float* a, const float* b, std::size_t size);
BlockSums products(const double* a, const double* b, std::size_t size);

// All sums, shifted. [any-thread]
BlockSums shifted(const float* a, const float* b, std::size_t size, double shift_a, double shift_b);
BlockSums shifted(const double* a, const double* b, std::size_t size, double shift_a,
                  double shift_b);

}  // namespace kindred::cosine
