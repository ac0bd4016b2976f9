// Changes of the numbers themselves: noise, rounding, pruning, merging. In place; norms are left
// alone except by merging.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trainer/weights.hpp"

namespace kindred::trainer {

// Normal noise, in standard deviations of each matrix.
void addNoise(Weights<float>& weights, double relative, std::uint64_t seed);
// Integers of that many bits, symmetric about zero, one scale for each row.
void roundToIntegers(Weights<float>& weights, unsigned bits);
// Integers of that many bits with scale and zero point for each group of a row.
void roundToGroups(Weights<float>& weights, unsigned bits, std::size_t group);
// Floating point of few bits, one scale for each row (E4M3: 4 and 3).
void roundToFloats(Weights<float>& weights, int exponent_bits, int mantissa_bits);
// The smallest elements of each matrix become zero.
void pruneSmallest(Weights<float>& weights, double share);
// Elements chosen at random become zero.
void pruneRandom(Weights<float>& weights, double share, std::uint64_t seed);
// weights + share (other - weights), for models of equal shape.
void mergeLinearly(Weights<float>& weights, Weights<float> other, double share);
// Each matrix on the great circle from its own to the other's direction, sizes interpolated.
void mergeSpherically(Weights<float>& weights, Weights<float> other, double share);
// Adds the part of rank `rank` of each matrix's difference to `tuned`, as a merged adapter does.
void mergeLowRank(Weights<float>& weights, Weights<float> tuned, std::size_t rank);

}  // namespace kindred::trainer
