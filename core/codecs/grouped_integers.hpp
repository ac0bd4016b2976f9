// Integers of two to eight bits, packed row by row, under a scale for each group of columns:
// compressed-tensors (pack-quantized, int-quantized), MLX (affine) and AWQ (gemv).
#pragma once

#include <memory>
#include <optional>

#include "codecs/codec.hpp"

namespace kindred::codecs {

// MLX: value = scale * q + bias. Parts: 0 codes U32 [rows, columns * bits / 32], the lowest bits
// first; 1 scales, 2 biases [rows, groups]. Null where shapes don't fit.
std::unique_ptr<Codec> mlxAffine(const Part& codes, const Part& scales, const Part& biases,
                                 unsigned bits);

// compressed-tensors: value = (q - 2^(bits - 1) - zero) * scale, zero stored with the same offset.
// Parts: 0 codes I32 [rows, ceil(columns * bits / 32)]; 1 scales [rows, groups]; then, where there
// are any, zero points I32 [ceil(rows * bits / 32), groups], packed along rows, and the group of
// each column, I32 [columns].
std::unique_ptr<Codec> packedIntegers(const Part& codes, const Part& scales,
                                      const std::optional<Part>& zeros,
                                      const std::optional<Part>& group_of_column, unsigned bits,
                                      std::uint64_t columns);

// compressed-tensors: value = (q - zero) * scale. Parts: 0 codes I8 [rows, columns]; 1 scales, 2
// zero points I8, both [rows, groups]. Without zero points it is scaled().
std::unique_ptr<Codec> shiftedIntegers(const Part& codes, const Part& scales, const Part& zeros);

// AWQ ("gemv"): value = (q - zero) * scale, 4 bit, the lowest bits first. Parts: 0 codes I32 [rows,
// columns / 8]; 1 zero points I32 [rows, words]; 2 scales [rows, 8 * words]. Of both the first
// columns / group are used, what is behind them fills words up. Null where shapes don't fit.
std::unique_ptr<Codec> awqRows(const Part& codes, const Part& zeros, const Part& scales,
                               std::uint64_t group);

}  // namespace kindred::codecs
