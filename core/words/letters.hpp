// Letters as file formats know them, whatever the locale.
#pragma once

namespace kindred::words {

constexpr bool isDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace kindred::words
