#include "ulp.hpp"

#include <cmath>

namespace kindred::changed {
namespace {

// How many numbers of the format lie from zero (not counted) to |x|. At most 2047 * 2^52.
std::uint64_t stepsFromZero(double x, const Format& format) {
  const double size = std::abs(x);
  if (size == 0) return 0;
  const int exponent = std::max(std::ilogb(size), format.least_exponent);
  // Subnormals have no leading one: they count on from zero.
  const auto mantissa =
      static_cast<std::uint64_t>(std::ldexp(size, format.mantissa_bits - exponent));
  const auto binades = static_cast<std::uint64_t>(exponent - format.least_exponent);
  return (binades << format.mantissa_bits) + mantissa;
}

}  // namespace

std::optional<Format> formatOf(DType dtype) {
  switch (dtype) {
    case DType::F64:
      return Format{52, -1022};
    case DType::F32:
      return Format{23, -126};
    case DType::F16:
      return Format{10, -14};
    case DType::BF16:
      return Format{7, -126};
    case DType::F8_E4M3:
      return Format{3, -6};
    case DType::F8_E5M2:
      return Format{2, -14};
    case DType::F8_E8M0:
      return Format{0, -127};
    case DType::F8_E4M3FNUZ:
      return Format{3, -7};
    case DType::F8_E5M2FNUZ:
      return Format{2, -15};
    case DType::F6_E2M3:
      return Format{3, 0};
    case DType::F6_E3M2:
      return Format{2, -2};
    case DType::F4:
      return Format{1, 0};
    case DType::C64:
      return std::nullopt;
    default:
      return Format{.integer = true};
  }
}

double ulpDistance(double x, double y, const Format& format) {
  if (format.integer) return std::abs(x - y);
  const std::uint64_t steps_x = stepsFromZero(x, format);
  const std::uint64_t steps_y = stepsFromZero(y, format);
  if (std::signbit(x) != std::signbit(y)) return static_cast<double>(steps_x + steps_y);
  return static_cast<double>(steps_x > steps_y ? steps_x - steps_y : steps_y - steps_x);
}

}  // namespace kindred::changed
