// How diagnostics of recipes put things into words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "recipe/values.hpp"
#include "words/names.hpp"
#include "yaml/words.hpp"

namespace kindred::recipe {

using words::isName;
using yaml::integerOf;
using yaml::nearest;
using yaml::numberOf;
using yaml::quote;

// "a, b or c"
std::string alternatives(const std::vector<std::string>& words);
// The words between the bars of "a|b|c"; none for a null or empty text.
std::vector<std::string> split(const char* barred, char bar = '|');

// What a recipe calls it: "same-layer".
std::string name(Pairing pairing);

// A day that the calendar has, as 2026-01-31.
bool isDate(std::string_view text);

// A value that draws what is read: 1 to 256 printable characters, so that it comes out of commands
// and reports as it went in.
bool isBeacon(std::string_view text);
inline constexpr const char* kBeaconIs = "a beacon is 1 to 256 printable characters";
inline constexpr const char* kNameABeacon =
    "name a public random value of a day after both models were published";

// "an integer from 1 to 1000", "a number of at least 0", "a number"
std::string ranged(std::string_view what, double least, double most);

}  // namespace kindred::recipe
