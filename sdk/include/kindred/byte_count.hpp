// Numbers of bytes as people write them.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace kindred {

inline constexpr const char* kByteCountRemedy = "write 64MB, 1.5GB or 256MiB";

// "4096", "64MB", "1.5 GB", "256MiB": up to 2^60, rounded to whole bytes; nothing of what is no
// such number.
inline std::optional<std::uint64_t> byteCount(std::string_view text) {
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"", 1},      {"B", 1},        {"K", 1e3},      {"kB", 1e3},     {"KB", 1e3},
      {"M", 1e6},   {"MB", 1e6},     {"G", 1e9},      {"GB", 1e9},     {"T", 1e12},
      {"TB", 1e12}, {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}};
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  double number = 0;
  const auto [end, problem] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (problem != std::errc{}) return std::nullopt;
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  for (const auto& [name, factor] : kUnits) {
    if (name != unit) continue;
    const double total = number * factor;
    if (!(total <= 0x1p60)) return std::nullopt;
    return static_cast<std::uint64_t>(std::llround(total));
  }
  return std::nullopt;
}

}  // namespace kindred
