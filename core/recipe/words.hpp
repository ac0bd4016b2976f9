// How diagnostics put things into words: quoting, lists, near misses, and scalars read strictly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recipe/values.hpp"

namespace kindred::recipe {

// 'text' for a message: control characters escaped, cut after 60 bytes.
std::string quote(std::string_view text);
// "a, b or c"
std::string alternatives(const std::vector<std::string>& words);
// The words between the bars of "a|b|c"; none for a null or empty text.
std::vector<std::string> split(const char* barred, char bar = '|');
// "did you mean 'metrics'?", else "known: a, b" (or `none` where nothing is known).
std::string nearest(std::string_view word, const std::vector<std::string>& known,
                    std::string_view none);

// A name that may stand in a figure's address: letters, digits, '_' and '-'; models' names, which
// do not, may hold dots.
bool isName(std::string_view text, bool dots = false);

// What a recipe calls it: "same-layer".
std::string name(Pairing pairing);

// Scalars, all of the text or nothing. Numbers are decimal and finite.
std::optional<std::int64_t> integerOf(std::string_view text);
std::optional<double> numberOf(std::string_view text);

// "an integer from 1 to 1000", "a number of at least 0", "a number"
std::string ranged(std::string_view what, double least, double most);

}  // namespace kindred::recipe
