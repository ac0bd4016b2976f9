// Which coins of the reference are one and the same: union-find over units, and rows that cannot
// give a coin at all.
#pragma once

#include <cstdint>
#include <vector>

#include <kindred/test.hpp>

namespace kindred::align {

// Disjoint sets under union, each named by its smallest member.
class Origins {
 public:
  explicit Origins(std::size_t size);
  std::uint32_t find(std::uint32_t x);
  void join(std::uint32_t x, std::uint32_t y);

 private:
  std::vector<std::uint32_t> parent_;
};

// For each row the first row that it equals up to sign, or kNoOrigin where all its elements are
// equal or one is not finite: padding, tied rows and constants are no evidence.
std::vector<std::uint32_t> repeatedRows(const Matrix& matrix);
std::vector<std::uint32_t> repeatedRows(const float* values, std::uint64_t rows,
                                        std::uint64_t columns);

// Whether a row's elements can tell signs: not where they are all equal, nearly all zero (a token's
// own coordinate) or not finite.
bool isTelling(const float* row, std::uint64_t columns);
// Whether nearly all elements have one sign, as no row with fair signs has.
bool isOneSided(const float* row, std::uint64_t columns);

}  // namespace kindred::align
