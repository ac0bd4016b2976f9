#include <kindred/analysis/stats/rounding.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace kindred::stats {
namespace {

float toBfloat(float value) {
  if (!std::isfinite(value)) return value;
  auto bits = std::bit_cast<std::uint32_t>(value);
  bits += 0x7fffu + ((bits >> 16) & 1u);
  return std::bit_cast<float>(bits & 0xffff0000u);
}

float toHalf(float value) {
  if (!std::isfinite(value)) return value;
  constexpr float kLeastNormal = 0x1p-14f, kSteps = 0x1p24f, kLargest = 65504.0f;
  if (std::abs(value) < kLeastNormal) return std::nearbyint(value * kSteps) / kSteps;
  auto bits = std::bit_cast<std::uint32_t>(value);
  bits += 0xfffu + ((bits >> 13) & 1u);
  const float near = std::bit_cast<float>(bits & 0xffffe000u);
  return std::abs(near) > kLargest ? std::copysign(std::numeric_limits<float>::infinity(), near)
                                   : near;
}

}  // namespace

float rounded(DType dtype, float value) {
  switch (dtype) {
    case DType::BF16:
      return toBfloat(value);
    case DType::F16:
      return toHalf(value);
    default:
      return value;
  }
}

}  // namespace kindred::stats
