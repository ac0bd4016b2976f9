#include "recipe/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

namespace kindred::recipe {
namespace {

constexpr double kExact = 9007199254740992.0;  // 2^53: a bound of this size goes without saying

// "1000", "1e9", "1048576"
std::string rangeEnd(double x) {
  std::string brief = fmt::format("{:g}", x);
  if (std::fabs(x) < 1e6 || numberOf(brief) != x) return fmt::format("{:.15g}", x);
  const std::size_t plus = brief.find("e+");
  if (plus == std::string::npos) return brief;
  return brief.substr(0, plus + 1) + brief.substr(brief.find_first_not_of('0', plus + 2));
}

}  // namespace

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

std::string ranged(std::string_view what, double least, double most) {
  const bool low = std::fabs(least) < kExact, high = std::fabs(most) < kExact;
  if (low && high) return fmt::format("{} from {} to {}", what, rangeEnd(least), rangeEnd(most));
  if (low) return fmt::format("{} of at least {}", what, rangeEnd(least));
  if (high) return fmt::format("{} of at most {}", what, rangeEnd(most));
  return std::string(what);
}

bool isBeacon(std::string_view text) {
  constexpr std::size_t kLongest = 256;
  return !text.empty() && text.size() <= kLongest &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool isDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = -1;
    const char* const end = text.data() + at + digits;
    const auto [stopped, problem] = std::from_chars(text.data() + at, end, value);
    return problem == std::errc{} && stopped == end ? value : -1;
  };
  const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  if (year < 0 || month < 0 || day < 0) return false;
  return std::chrono::year_month_day(std::chrono::year(year),
                                     std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)))
      .ok();
}

}  // namespace kindred::recipe
