#include "yaml/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "words/near.hpp"
#include "words/utf8.hpp"

namespace kindred::yaml {
namespace {

constexpr std::size_t kLongestQuote = 60;
constexpr std::size_t kLongestGuess = 64;  // longer words are no slips of the pen

}  // namespace

std::string quote(std::string_view text) {
  std::string out = "'";
  for (const char c : text.substr(0, kLongestQuote)) {
    if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  if (text.size() > kLongestQuote) {
    // Not in the middle of a character of several bytes.
    while (out.size() > 1 && words::continues(out.back())) out.pop_back();
    if (static_cast<unsigned char>(out.back()) >= 0xc0) out.pop_back();
    out += "...";
  }
  return out + "'";
}

std::string didYouMean(std::string_view word, const std::vector<std::string>& known) {
  if (word.size() > kLongestGuess) return {};
  const std::vector<std::string> near = words::near(word, known, 1);
  return near.empty() ? std::string() : near.front();
}

std::string nearest(std::string_view word, const std::vector<std::string>& known,
                    std::string_view none) {
  constexpr std::size_t kShown = 12;
  if (known.empty()) return std::string(none);
  const std::string guess = didYouMean(word, known);
  if (!guess.empty()) return "did you mean " + quote(guess) + "?";
  std::string out = "known: ";
  for (std::size_t i = 0; i < std::min(known.size(), kShown); ++i) {
    if (i > 0) out += ", ";
    out += known[i];
  }
  return known.size() > kShown ? out + ", ..." : out;
}

std::optional<double> numberOf(std::string_view text) {
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> integerOf(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace kindred::yaml
