// Numbers as the cells of a table show them; "-" where there is none.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <string>

namespace kindred::documents {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

inline std::string whole(double value) {
  return std::isnan(value) ? "-" : fmt::format("{:.0f}", value);
}

}  // namespace kindred::documents
