// Single numbers of a companion tensor.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <kindred/dtype.hpp>

#include "codecs/codec.hpp"

namespace kindred::codecs {

// All numbers of a run of bytes. The dtype must be one that float holds exactly, or F64 or I64,
// which are rounded.
std::vector<float> numbersOf(DType dtype, Bytes bytes);
// The same, of as many as `values` has room for.
void toNumbers(DType dtype, Bytes bytes, std::span<float> values);

// Whether tensors of it can be scales, zero points or minima: real numbers of whole bytes, whatever
// value these have. What codecs take for such is checked by it.
bool isFactor(DType dtype);

// Bytes of one element; companions are never packed below a byte.
std::uint64_t sizeOf(DType dtype);

// The run of rows [first, first + count) of a part whose rows have `columns` elements.
Piece rowsOf(std::size_t part, DType dtype, std::uint64_t columns, std::uint64_t first,
             std::uint64_t count);

// a / b rounded up.
constexpr std::uint64_t ceilDiv(std::uint64_t a, std::uint64_t b) { return a / b + (a % b != 0); }

// Code `index` of `bits` bits in a little-endian stream of bytes. The stream must hold it.
std::uint32_t codeAt(Bytes stream, std::uint64_t index, unsigned bits);

}  // namespace kindred::codecs
