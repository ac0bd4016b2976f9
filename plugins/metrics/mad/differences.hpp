// Sums over the differences of two tensors, one block at a time: the inner loop of mad.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace kindred::mad {

inline constexpr std::size_t kLanes = 16;  // of the running sums

// What was added up so far. The lanes are summed at the end only.
struct Differences {
  alignas(64) std::array<double, kLanes> absolute{};   // sums of |a - b|
  alignas(64) std::array<double, kLanes> squared{};    // sums of (a - b)^2
  alignas(64) std::array<double, kLanes> reference{};  // sums of a^2
  alignas(64) std::array<double, kLanes> largest{};    // maxima of |a - b|
  std::uint64_t unequal = 0;                           // elements with a != b
  std::uint64_t signs = 0;                             // elements whose sign bits differ
};

enum class Summing {
  fast,    // floats in float lanes
  precise  // everything in double lanes: right to 2^-45
};

// Adds a block of at most kBlock elements. [any-thread]
//
// Where fast, floats are subtracted, squared and summed in 64 float lanes, which are emptied into
// doubles after every block: a lane holds at most 32 terms. With u = 2^-24, a difference is off by
// u at most relatively, its square by 3u, and summing 32 + 2 such terms adds at most 34u, all terms
// being positive: sums of |a - b| are right to 35u < 2.1e-6, sums of squares to 37u < 2.3e-6, and
// in practice to about 1e-8, because roundings cancel. Blocks whose squares leave the range in
// which that holds (below 2^-80 in a lane, above 2^120, not finite) are done again in double lanes.
void addBlock(const float* a, const float* b, std::size_t size, Summing summing, Differences& into);
void addBlock(const double* a, const double* b, std::size_t size, Summing summing,
              Differences& into);

}  // namespace kindred::mad
