// The streaming pass's conversions, compiled for several vector units and chosen at run time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kindred::models {

// raw.size() == 2 * out.size(). A NaN stays a NaN; its payload may change.
void convertBF16(std::span<const std::byte> raw, std::span<float> out);
void convertF16(std::span<const std::byte> raw, std::span<float> out);

}  // namespace kindred::models
