// From stored elements to numbers, exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <kindred/dtype.hpp>

namespace kindred::models {

// Writes out.size() elements, the first of which begins `raw`. Little-endian as the format demands;
// `raw` needs no alignment. Packed elements stand side by side, the first in the lowest bits: F4
// two in a byte, F6 four in three. Any nonzero BOOL is 1.
//   toFloat   dtypes that float holds exactly; asking for a wide one is a mistake of the program.
//   toDouble  all but C64, which is an Error, as is an integer that double can't hold exactly; the
//             Error has no place: the caller knows the tensor.
void toFloat(DType dtype, std::span<const std::byte> raw, std::span<float> out);
void toDouble(DType dtype, std::span<const std::byte> raw, std::span<double> out);

}  // namespace kindred::models
