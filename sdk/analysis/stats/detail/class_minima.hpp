// The inner loops of the assignment problem: one pass over a row of the matrix, kBlock columns at a
// time. Values are taken as sign * value, so that the largest are found as the smallest.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kindred::stats {

// Columns whose numbers differ by a multiple of kBlock form a class; a row's class minima cost one
// vertical minimum an element.
inline constexpr std::size_t kBlock = 64;

// minima[c] = min of sign * row[j] over class c (infinity where it is empty). False where a value
// is not finite.
bool classMinima(const float* row, std::size_t columns, float sign, float* minima);
bool classMinima(const double* row, std::size_t columns, double sign, double* minima);

// minima[c] = min of sign * row[j] - price[j] over class c.
void reducedClassMinima(const float* row, const double* price, std::size_t columns, double sign,
                        double* minima);
void reducedClassMinima(const double* row, const double* price, std::size_t columns, double sign,
                        double* minima);

// Writes the numbers of the blocks of kBlock neighbouring columns in which some
// sign * row[j] - price[j] - offset is below min(limit[j], ceiling); returns how many.
std::size_t blocksBelow(const float* row, const double* price, const double* limit, double ceiling,
                        std::size_t columns, double sign, double offset, std::uint32_t* blocks);
std::size_t blocksBelow(const double* row, const double* price, const double* limit, double ceiling,
                        std::size_t columns, double sign, double offset, std::uint32_t* blocks);

}  // namespace kindred::stats
