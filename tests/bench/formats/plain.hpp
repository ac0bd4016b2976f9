// Decoders written straight from the formats' descriptions, a loop a format: what a C program would
// do. The codecs are held against them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kindred::bench {

// `blocks` blocks of 256 elements in 144 bytes, and of 32 in 34.
void plainQ4K(const std::uint8_t* blocks, std::size_t count, float* values);
void plainQ8_0(const std::uint8_t* blocks, std::size_t count, float* values);
// `count` elements, the first in the high half of a byte, under a magnitude for each 64.
void plainNf4(const std::uint8_t* codes, const float* table, const float* magnitudes,
              std::size_t count, float* values);
// E4M3 under a scale for blocks of 128 x 128; sides are multiples of 128.
void plainFp8(const std::uint8_t* codes, const float* scales, std::size_t rows, std::size_t columns,
              float* values);

}  // namespace kindred::bench
