#include "recipe/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace kindred::recipe {
namespace {

constexpr std::size_t kLongestQuote = 60;
constexpr double kExact = 9007199254740992.0;  // 2^53: integers below it are exact in a double
constexpr std::size_t kLongestGuess = 64;      // longer words are no slips of the pen

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Damerau-Levenshtein distance in its restricted form (optimal string alignment): insertions,
// deletions, replacements and swaps of neighbours cost 1 each. Case does not count.
std::size_t distance(std::string_view a, std::string_view b) {
  std::array<std::array<std::size_t, kLongestGuess + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i - 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

// How far a slip may be from the word meant: a third of its length, at least 1, at most 3.
std::size_t reach(std::string_view word) { return std::clamp<std::size_t>(word.size() / 3, 1, 3); }

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
    while (out.size() > 1 && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80)
      out.pop_back();
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
  if (word.empty() || word.size() > kLongestGuess) return {};
  std::string best;
  std::size_t best_distance = std::min(reach(word) + 1, word.size());  // a letter in common
  for (const std::string& candidate : known) {
    if (candidate.size() > kLongestGuess) continue;
    const std::size_t d = distance(word, candidate);
    if (d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
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

bool isName(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
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
  if (problem == std::errc{} && end == text.data() + text.size()) return value;
  const std::optional<double> number = numberOf(text);
  if (!number || std::fabs(*number) > kExact || std::trunc(*number) != *number) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

std::optional<bool> flagOf(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::string ranged(std::string_view what, double least, double most) {
  const bool low = std::fabs(least) < kExact, high = std::fabs(most) < kExact;
  if (low && high) return fmt::format("{} from {} to {}", what, rangeEnd(least), rangeEnd(most));
  if (low) return fmt::format("{} of at least {}", what, rangeEnd(least));
  if (high) return fmt::format("{} of at most {}", what, rangeEnd(most));
  return std::string(what);
}

}  // namespace kindred::recipe
