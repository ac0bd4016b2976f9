// Small floats and integers under scales of a matrix, a row, or a block.
#pragma once

#include <memory>
#include <optional>

#include "codecs/codec.hpp"

namespace kindred::codecs {

// Value = code * scale. Parts: 0 codes [rows, columns] of any dtype that float holds; 1 scales: one
// ([] or [1]), one a row ([rows] or [rows, 1]), or one for blocks of equal height and width, given
// by the shape [ceil(rows / h), ceil(columns / w)]; `height` and `width` where the configuration
// states them (0: worked out, which needs a power of two). Null where the shapes fit no such rule.
std::unique_ptr<Codec> scaled(const Part& codes, const Part& scales, std::uint64_t height = 0,
                              std::uint64_t width = 0, float factor = 1);

}  // namespace kindred::codecs
