// 8-bit floats made floats, by whatever vectors the processor has.
#pragma once

#include <cstddef>
#include <span>

namespace kindred::models {

// As many as `out` has room for; `raw` holds a byte for each. Values are those of kE4M3 and kE5M2
// (models/small_floats.hpp), each times `factor`.
void convertE4M3(std::span<const std::byte> raw, std::span<float> out, float factor = 1);
void convertE5M2(std::span<const std::byte> raw, std::span<float> out, float factor = 1);

}  // namespace kindred::models
