// Numbers that were written otherwise than they are read: how they are written.
#pragma once

#include <string>
#include <string_view>

namespace kindred::words {

// Each is empty where it can't be told what was meant, or where nothing is wrong with the text.

// "0.9" for "0,9": the decimal point is a dot.
std::string meantNumber(std::string_view text);
// "1000" for "1,000": nothing stands between digits.
std::string meantInteger(std::string_view text);
// "8MB" for "8mb", "1.5GB" for "1,5 gb".
std::string meantSize(std::string_view text);

}  // namespace kindred::words
