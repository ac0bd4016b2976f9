// Inner products of one row with many.
#pragma once

#include <cstddef>

namespace kindred::stats {

// Of `row` with `count` rows that follow each other, each of `width` numbers. In single precision;
// sums are taken in the same order on every machine.
void rowProducts(const float* row, const float* others, std::size_t count, std::size_t width,
                 float* into);

}  // namespace kindred::stats
