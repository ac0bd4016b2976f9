// From stored elements to numbers, exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <kindred/dtype.hpp>

namespace kindred::models {

// The bytes that hold a run of elements. Packed elements may begin inside a byte: F4 holds two in a
// byte, F6 four in three, the first in the lowest bits.
struct ByteRun {
  std::uint64_t offset = 0;  // from the first byte of the tensor
  std::uint64_t bytes = 0;
  unsigned bit = 0;  // of the first byte at which the first element begins
};

// The run [first, first + count). Both must lie inside a tensor whose size in bytes was checked.
ByteRun covering(DType dtype, std::uint64_t first, std::uint64_t count);

// Writes out.size() elements, the first of which begins at bit `bit` of `raw`. Little-endian as the
// format demands; `raw` needs no alignment. Any nonzero BOOL is 1.
//   toFloat   dtypes that float holds exactly; asking for a wide one is a mistake of the program.
//   toDouble  all but C64, which is an Error, as is an integer that double can't hold exactly; the
//             Error has no place: the caller knows the tensor.
void toFloat(DType dtype, std::span<const std::byte> raw, unsigned bit, std::span<float> out);
void toDouble(DType dtype, std::span<const std::byte> raw, unsigned bit, std::span<double> out);

}  // namespace kindred::models
