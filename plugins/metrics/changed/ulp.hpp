// Distances in units in the last place: how many steps of the stored format lie between two
// numbers.
#pragma once

#include <cstdint>
#include <optional>

#include <kindred/dtype.hpp>

namespace kindred::changed {

// A binary floating-point format, or the integers.
struct Format {
  int mantissa_bits = 0;   // behind the leading one
  int least_exponent = 0;  // of a normal number
  bool integer = false;
};

// None: complex numbers.
std::optional<Format> formatOf(DType dtype);

// The numbers of the format that lie from x (not counted) to y, both finite and of the format. Zero
// and minus zero are one number.
double ulpDistance(double x, double y, const Format& format);

}  // namespace kindred::changed
