// HQQ: integers of one to eight bits under a scale and a zero point for each group, packed by
// laying parts of the grouped matrix over each other.
#pragma once

#include <cstdint>
#include <memory>

#include "codecs/codec.hpp"

namespace kindred::codecs {

// value = (q - zero) * scale. The matrix [rows, columns], row-major, is cut into groups: runs of it
// where scales are [groups, 1], every groups-th element where they are [1, groups]. Element e
// stands in word e mod P of the P that are stored: two, four or eight parts of the matrix share
// bytes (of 4, 2 and 1 bit; one part of 8 bit has them alone), ten share words of 32 bits (of 3),
// the first part highest. Parts: 0 codes U8 or I32; 1 scales, 2 zero points. Null where shapes
// don't fit.
std::unique_ptr<Codec> hqq(const Part& codes, const Part& scales, const Part& zeros,
                           std::uint64_t rows, std::uint64_t columns);

}  // namespace kindred::codecs
