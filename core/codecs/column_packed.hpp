// Integers packed along the inputs, a word for every output: GPTQ and AWQ. One row of the matrix is
// strewn over the whole of the stored tensor, so a few rows cost all of it; runs of a 64th of the
// rows or more cost their own words. A column, of one input, costs a row of words.
#pragma once

#include <memory>
#include <optional>

#include "codecs/codec.hpp"

namespace kindred::codecs {

// How zero points are stored: one less than they are, as the first version of the format has it, or
// as they are.
enum class GptqZeros { minus_one, as_is };

// value = scale * (q - zero). Parts: 0 codes I32 [inputs * bits / 32, outputs], the lowest bits
// first; 1 zero points I32 [groups, outputs * bits / 32]; 2 scales [groups, outputs]; where there
// is one, 3 the group of each input, I32 [inputs]. Bits are worked out from the shapes: 2, 3, 4
// or 8. Null where these don't fit.
std::unique_ptr<Codec> gptq(const Part& codes, const Part& zeros, const Part& scales,
                            const std::optional<Part>& group_of_input, GptqZeros version);

// value = scale * (q - zero), 4 bit ("gemm"). Parts: 0 codes I32 [inputs, outputs / 8]; 1 zero
// points I32 [groups, outputs / 8]; 2 scales [groups, outputs].
std::unique_ptr<Codec> awq(const Part& codes, const Part& zeros, const Part& scales);

}  // namespace kindred::codecs
