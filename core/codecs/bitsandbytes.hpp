// bitsandbytes: four-bit codes of a table under the largest magnitude of each block of the
// flattened matrix.
#pragma once

#include <memory>
#include <optional>

#include "codecs/codec.hpp"

namespace kindred::codecs {

// What the JSON beside the codes says.
struct BitsAndBytesState {
  std::uint64_t rows = 0, columns = 0;
  std::uint64_t block = 64;
  // Magnitudes that are codes of a second table themselves.
  std::uint64_t nested_block = 0;  // 0: they are not
  float nested_offset = 0;
};

// value e = map[q_e] * absmax[e / block], the high nibble first. Parts: 0 codes U8 [n / 2, 1]; 1
// map F32 [16]; 2 absmax F32 [blocks], or U8 where nested, and then 3 nested absmax F32 and 4
// nested map F32 [256]: absmax k = nested_map[code_k] * nested_absmax[k / nested_block] +
// nested_offset. Null where shapes don't fit.
std::unique_ptr<Codec> bitsAndBytes4(const std::vector<Part>& parts,
                                     const BitsAndBytesState& state);

}  // namespace kindred::codecs
