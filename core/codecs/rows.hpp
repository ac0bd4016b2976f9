// Rows as they lie in a file, or in another order.
#pragma once

#include <memory>

#include "codecs/blocks.hpp"
#include "codecs/codec.hpp"

namespace kindred::codecs {

// Part 0: rows of numbers, one after the other; of whole bytes each.
std::unique_ptr<Codec> plainRows(DType dtype, std::uint64_t rows, std::uint64_t columns);

// Part 0: rows of GGUF's blocks. Null where a row is no whole number of blocks.
std::unique_ptr<Codec> blockRows(const BlockType& type, std::uint64_t rows, std::uint64_t columns);

// Rows of heads whose halves are stored in turns: row c * head / 2 + i of a head stands at its row
// 2 i + c. A row costs its head. Null where there are no whole heads, or odd ones.
std::unique_ptr<Codec> halvesInTurns(std::unique_ptr<Codec> stored, std::uint64_t head);

// Part 0: a storage that a view looks into: element (i, j, ...) stands at first + i * strides[0] +
// j * strides[1] + ... The caller has checked that all lie inside. All axes but the last are rows.
std::unique_ptr<Codec> stridedRows(DType dtype, std::vector<std::uint64_t> shape,
                                   std::vector<std::uint64_t> strides, std::uint64_t first);

}  // namespace kindred::codecs
