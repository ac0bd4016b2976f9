// How names are ordered and shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::words {

// Natural order: runs of digits compare as numbers, so that layer 2 stands before layer 10. A total
// order: equal only where the bytes are.
bool naturalLess(std::string_view a, std::string_view b);

// Letters, digits, '_' and '-', as in a figure's address; models' names, which stand in none, may
// hold dots, slashes and visible letters of any language.
bool isName(std::string_view text, bool of_model = false);

bool contains(const std::vector<std::string>& names, const std::string& name);

// A name from a file, safe to show on a terminal and in a sentence: control characters, quotes,
// backslashes, line separators, invisible characters and marks that turn the direction of writing
// become \u escapes, bytes that are no UTF-8 become \x escapes. What is longer than `limit` bytes
// is cut and ends with "...".
std::string escaped(std::string_view name, std::size_t limit = 300);

// The same for a text that stands by itself: its quotes and backslashes stay as they are.
std::string escapedText(std::string_view text, std::size_t limit = 300);

}  // namespace kindred::words
