// Text for a terminal.
#pragma once

#include <cstddef>
#include <string>

#include <kindred/text_table.hpp>

namespace kindred::report {

inline constexpr std::size_t kWidth = 80;         // where nothing says how wide it is
inline constexpr std::size_t kWidestProse = 100;  // longer lines are hard to read

// Four decimals, none from 1000 on, or two digits with an exponent; "-" for NaN.
std::string number(double value);

// At most so many columns, with ".." where something is left out: at the end, or in the middle of a
// single word such as a name. Counts characters, not bytes.
std::string cut(const std::string& text, std::size_t width);

// Words in lines of `width` columns, indented.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t width = kWidth);

// The same; lines after the first stand `hang` further in.
std::string hanging(const std::string& text, std::size_t indent, std::size_t hang,
                    std::size_t width = kWidth);

// Columns, the first rows and the note, without the title. The widest columns are cut until a line
// fits; rows beyond `most_rows` are counted.
std::string tableText(const TextTable& table, std::size_t most_rows = 12,
                      std::size_t width = kWidth);

}  // namespace kindred::report
