// Two routers, expert by expert.
#pragma once

#include <cstdint>

#include <kindred/test.hpp>

namespace kindred {

struct RouterAlignment {
  double matched = 0;    // mean cosine of the best assignment
  double largest = 0;    // of all pairs of experts
  double unaligned = 0;  // mean cosine of like-numbered experts
  double identity = 0;   // share of experts that are matched to their own number
};

// Rows are experts; both have as many columns. No rows: NaN.
RouterAlignment align(const Matrix& a, const Matrix& b);

// What `matched` is on average for rows of independent normal numbers of these shapes.
double expectedMatch(std::uint64_t rows_a, std::uint64_t rows_b, std::uint64_t columns,
                     std::uint64_t draws, std::uint64_t seed);

}  // namespace kindred
