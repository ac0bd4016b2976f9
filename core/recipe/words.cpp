#include "recipe/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "words/near.hpp"
#include "words/utf8.hpp"

namespace kindred::recipe {
namespace {

constexpr std::size_t kLongestQuote = 60;
constexpr double kExact = 9007199254740992.0;  // 2^53: a bound of this size goes without saying
constexpr std::size_t kLongestGuess = 64;      // longer words are no slips of the pen

// "1000", "1e9", "1048576"
std::string rangeEnd(double x) {
  std::string brief = fmt::format("{:g}", x);
  if (std::fabs(x) < 1e6 || numberOf(brief) != x) return fmt::format("{:.15g}", x);
  const std::size_t plus = brief.find("e+");
  if (plus == std::string::npos) return brief;
  return brief.substr(0, plus + 1) + brief.substr(brief.find_first_not_of('0', plus + 2));
}

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

std::string alternatives(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

std::vector<std::string> split(const char* barred, char bar) {
  std::vector<std::string> words;
  std::string_view rest = barred == nullptr ? "" : barred;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(bar), rest.size());
    words.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return words;
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

bool isName(std::string_view text, bool dots) {
  const auto fits = [dots](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || (dots && c == '.');
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
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

std::string ranged(std::string_view what, double least, double most) {
  const bool low = std::fabs(least) < kExact, high = std::fabs(most) < kExact;
  if (low && high) return fmt::format("{} from {} to {}", what, rangeEnd(least), rangeEnd(most));
  if (low) return fmt::format("{} of at least {}", what, rangeEnd(least));
  if (high) return fmt::format("{} of at most {}", what, rangeEnd(most));
  return std::string(what);
}

}  // namespace kindred::recipe
