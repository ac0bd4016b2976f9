// Counts and sizes, as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kindred::words {

std::string grouped(std::uint64_t number);  // "1,234,567"

// "1 pair", "1,234 pairs": of a noun that takes an s.
std::string counted(std::uint64_t number, std::string_view noun);

// "12.3 MB", powers of 1000.
std::string byteCount(std::uint64_t bytes);

}  // namespace kindred::words
