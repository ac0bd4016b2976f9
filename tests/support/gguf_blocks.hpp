// Numbers as GGUF stores them: by the plainest rounding that each type allows, which is not the one
// that its own tools search for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kindred::support {

enum class GgufType : std::uint32_t {
  F16 = 1,
  Q4_0 = 2,
  Q8_0 = 8,
  Q2_K = 10,
  Q4_K = 12,
  IQ4_XS = 23,
  MXFP4 = 39
};

const char* nameOf(GgufType type);

// The numbers of a block: `values` of ggufBytes are a whole number of blocks.
std::size_t blockOf(GgufType type);
std::string ggufBytes(GgufType type, const std::vector<double>& values);

}  // namespace kindred::support
