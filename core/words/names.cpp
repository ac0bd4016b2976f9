#include "words/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "words/letters.hpp"
#include "words/utf8.hpp"

namespace kindred::words {
namespace {

// Takes the run of digits off the front of `text`, without leading zeros.
std::string_view takeNumber(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && isDigit(text[length])) ++length;
  std::string_view digits = text.substr(0, length);
  text.remove_prefix(length);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

// The marks of a sentence's quoting.
bool isQuoting(char32_t code) { return code == '"' || code == '\'' || code == '\\'; }

// Ranges of characters that are not shown as themselves.
bool mustEscape(char32_t code) {
  struct Range {
    char32_t first, last;
  };
  static constexpr std::array<Range, 11> kRanges{{
      {0x00, 0x1f},        // controls, escape sequences among them
      {0x7f, 0x9f},        // delete and the C1 controls
      {0xad, 0xad},        // soft hyphen
      {0x61c, 0x61c},      // Arabic letter mark
      {0x180e, 0x180e},    // Mongolian vowel separator
      {0x200b, 0x200f},    // zero widths, direction marks
      {0x2028, 0x202e},    // line separators, embeddings and overrides
      {0x2060, 0x206f},    // word joiner, isolates
      {0xfe00, 0xfe0f},    // variation selectors
      {0xfeff, 0xfeff},    // byte order mark
      {0xe0000, 0xe0fff},  // tags
  }};
  return std::any_of(kRanges.begin(), kRanges.end(), [code](const Range& range) {
    return code >= range.first && code <= range.last;
  });
}

std::string escapedWhere(std::string_view text, std::size_t limit, bool quoting) {
  std::string shown;
  std::string_view rest = text;
  while (!rest.empty()) {
    if (shown.size() >= limit) return shown + "...";
    const words::Character character = words::firstCharacter(rest);
    const std::size_t length = std::max<std::size_t>(character.length, 1);
    if (character.length == 0) {
      fmt::format_to(std::back_inserter(shown), "\\x{:02x}",
                     static_cast<unsigned>(static_cast<unsigned char>(rest.front())));
    } else if (mustEscape(character.code) || (quoting && isQuoting(character.code))) {
      const auto code = static_cast<std::uint32_t>(character.code);
      shown += code > 0xffff ? fmt::format("\\u{{{:x}}}", code) : fmt::format("\\u{:04x}", code);
    } else {
      shown.append(rest.substr(0, length));
    }
    rest.remove_prefix(length);
  }
  return shown;
}

}  // namespace

bool isName(std::string_view text, bool of_model) {
  const auto fits = [of_model](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' ||
           (of_model && (c == '.' || c == '/' || static_cast<unsigned char>(c) >= 0x80));
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits) &&
         escapedText(text, text.size()) == text;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool naturalLess(std::string_view a, std::string_view b) {
  // What both begin with decides nothing, but for a number that the difference is part of.
  const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  auto same = static_cast<std::size_t>(differ - a.begin());
  while (same > 0 && isDigit(a[same - 1])) --same;
  std::string_view x = a.substr(same), y = b.substr(same);
  while (!x.empty() && !y.empty()) {
    if (isDigit(x.front()) && isDigit(y.front())) {
      const std::string_view m = takeNumber(x), n = takeNumber(y);
      if (m.size() != n.size()) return m.size() < n.size();
      if (m != n) return m < n;
    } else {
      if (x.front() != y.front()) {
        return static_cast<unsigned char>(x.front()) < static_cast<unsigned char>(y.front());
      }
      x.remove_prefix(1);
      y.remove_prefix(1);
    }
  }
  if (x.empty() != y.empty()) return x.empty();
  return a < b;  // "01" and "1" are the same number and yet two names
}

std::string escaped(std::string_view name, std::size_t limit) {
  return escapedWhere(name, limit, true);
}

std::string escapedText(std::string_view text, std::size_t limit) {
  return escapedWhere(text, limit, false);
}

}  // namespace kindred::words
