#include "words/meant_number.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <kindred/byte_count.hpp>

#include "words/letters.hpp"

namespace kindred::words {
namespace {

// Digits in groups of three with one of ',', '_' and ' ' between them, as plain digits.
std::string ungrouped(std::string_view text) {
  const std::size_t first = text.find_first_of(",_ ");
  if (first == 0 || first > 3 || first == std::string_view::npos) return {};
  std::string digits(text.substr(0, first));
  for (std::string_view rest = text.substr(first); !rest.empty(); rest.remove_prefix(4)) {
    if (rest.size() < 4 || rest[0] != text[first]) return {};
    digits += rest.substr(1, 3);
  }
  return std::all_of(digits.begin(), digits.end(), isDigit) ? digits : std::string();
}

}  // namespace

std::string meantNumber(std::string_view text) {
  std::string dotted(text);
  if (std::count(text.begin(), text.end(), ',') != 1) return {};
  std::replace(dotted.begin(), dotted.end(), ',', '.');
  double value = 0;
  const char* const end = dotted.data() + dotted.size();
  const auto [stopped, problem] = std::from_chars(dotted.data(), end, value);
  return problem == std::errc{} && stopped == end ? dotted : std::string();
}

std::string meantInteger(std::string_view text) { return ungrouped(text); }

std::string meantSize(std::string_view text) {
  constexpr std::array kUnits{"B",   "kB",  "MB", "GB", "TB", "KiB", "MiB",
                              "GiB", "TiB", "K",  "M",  "G",  "T"};
  const std::size_t letters = std::min(text.find_last_of("0123456789,. ") + 1, text.size());
  const std::string unit = lower(text.substr(letters));
  std::string_view number = text.substr(0, letters);
  while (number.ends_with(' ')) number.remove_suffix(1);
  std::string plain(number);
  if (const std::string whole = ungrouped(number); !whole.empty()) {
    plain = whole;
  } else if (const std::string dotted = meantNumber(number); !dotted.empty()) {
    plain = dotted;
  }
  const auto known = std::find_if(kUnits.begin(), kUnits.end(),
                                  [&](const char* other) { return lower(other) == unit; });
  if (!unit.empty() && known == kUnits.end()) return {};
  const std::string meant = plain + (unit.empty() ? "" : *known);
  return !byteCount(text) && byteCount(meant) ? meant : std::string();
}

}  // namespace kindred::words
