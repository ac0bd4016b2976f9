// Numbers as GGUF stores them: by the plainest rounding that each type allows, which is not the one
// that its own tools search for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kindred::support {

enum class GgufType : std::uint32_t { F16 = 1, Q8_0 = 8, Q2_K = 10, Q4_K = 12, IQ4_XS = 23 };

const char* nameOf(GgufType type);

// `values` is a whole number of blocks: of 32 (Q8_0) or 256 (K and IQ).
std::string ggufBytes(GgufType type, const std::vector<double>& values);

}  // namespace kindred::support
