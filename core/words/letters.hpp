// Letters as file formats know them, whatever the locale.
#pragma once

#include <string>
#include <string_view>

namespace kindred::words {

constexpr bool isDigit(char c) { return c >= '0' && c <= '9'; }

inline std::string lower(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return small;
}

}  // namespace kindred::words
