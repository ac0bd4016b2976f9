// What differs from what was saved, told at the place where it begins to.
#pragma once

#include <string>
#include <string_view>

#include "results/compare.hpp"

namespace kindred::cli {

// "differs: PLACE", and a line each of what was and what is there: of long texts the part where
// they begin to differ. `before` names the first of these lines: "saved".
std::string differenceText(const results::Difference& difference, std::string_view before);

}  // namespace kindred::cli
