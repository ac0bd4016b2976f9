// Characters of UTF-8 (RFC 3629: shortest forms, no surrogates).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace kindred::words {

struct Character {
  char32_t code = 0;
  std::size_t length = 0;  // in bytes; 0: no UTF-8
};

// Whether a byte is one of a character, but not its first.
constexpr bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// The first character of `text`, which is not empty.
constexpr Character firstCharacter(std::string_view text) {
  const unsigned lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  char32_t code = lead & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues(text[i])) return {};
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
  }
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  if (code < kLeast[length] || code > 0x10ffff || surrogate) return {};
  return {code, length};
}

}  // namespace kindred::words
