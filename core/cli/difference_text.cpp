#include "cli/difference_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "words/names.hpp"
#include "words/utf8.hpp"

namespace kindred::cli {
namespace {

constexpr std::size_t kMostBytes = 160;  // of a text that differs
constexpr std::size_t kLead = 40;        // of these, in front of the place

// Of two texts the first byte that differs.
std::size_t divergence(const std::string& a, const std::string& b) {
  const auto [at, ignored] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(at - a.begin());
}

// `kMostBytes` from `from` on, or all of it; no character is cut in two.
std::string part(const std::string& text, std::size_t from) {
  if (text.empty()) return "not there";
  while (from > 0 && from < text.size() && words::continues(text[from])) --from;
  std::size_t end = std::min(from + kMostBytes, text.size());
  while (end > from && end < text.size() && words::continues(text[end])) --end;
  return (from > 0 ? "..." : "") +
         words::escapedText(text.substr(from, end - from), 6 * kMostBytes) +
         (end < text.size() ? "..." : "");
}

}  // namespace

std::string differenceText(const results::Difference& difference, std::string_view before) {
  const auto& [where, saved, now] = difference;
  const bool whole = std::max(saved.size(), now.size()) <= kMostBytes;
  const std::size_t at = divergence(saved, now);
  const std::size_t from = whole ? 0 : at - std::min(at, kLead);
  return fmt::format("differs: {}\n  {:<{}} {}\n  {:<{}} {}\n", where, fmt::format("{}:", before),
                     before.size() + 1, part(saved, from), "now:", before.size() + 1,
                     part(now, from));
}

}  // namespace kindred::cli
