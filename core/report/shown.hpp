// Text from models and recipes as every rendering shows it.
#pragma once

#include <string>
#include <string_view>

namespace kindred::report {

// Characters that would not be seen, or that would move others about, become \u escapes; bytes that
// are no UTF-8 become \x escapes. Line ends stay.
std::string shown(std::string_view text);

}  // namespace kindred::report
