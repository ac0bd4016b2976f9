// Inner products of a list of numbers with many.
#pragma once

#include <cstddef>

namespace kindred::constants {

// Of `row` with `count` lists that follow each other, each `width` long. In single precision; sums
// are taken in the same order on every machine.
void products(const float* row, const float* others, std::size_t count, std::size_t width,
              float* into);

}  // namespace kindred::constants
