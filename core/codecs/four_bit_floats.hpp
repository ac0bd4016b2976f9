// Two E2M1 floats to a byte under scales of a block: MXFP4 (OCP) and NVFP4.
#pragma once

#include <memory>

#include "codecs/codec.hpp"

namespace kindred::codecs {

// The value that a four-bit code stands for (OCP Microscaling Formats 1.0, E2M1).
float e2m1(unsigned code);

// Value = E2M1(code) * scale, the low nibble first. Parts: 0 codes, U8 with columns / 2 bytes a row
// ([rows, columns / 2], or [rows, columns / 32, 16] as gpt-oss has them); 1 scales [rows,
// columns / group], U8 or F8_E8M0 (a power of two) or F8_E4M3. Null where shapes don't fit.
std::unique_ptr<Codec> fourBitFloats(const Part& codes, const Part& scales);

// The same under one more scale for the whole matrix, part 2, which multiplies (ModelOpt) or
// divides (compressed-tensors).
enum class Global { multiplies, divides };
std::unique_ptr<Codec> fourBitFloats(const Part& codes, const Part& scales, const Part& global,
                                     Global use);

}  // namespace kindred::codecs
