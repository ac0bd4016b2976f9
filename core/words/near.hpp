// Near misses: which known words a mistyped one may have meant.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::words {

// The words of `known` that are a slip of the pen away from `word`, nearest first (ties in the
// order given), at most `limit`. A third of the letters may differ; a swap of neighbours is one
// slip; a word that starts with `word` (three letters or more) is near as well.
std::vector<std::string> near(std::string_view word, const std::vector<std::string>& known,
                              std::size_t limit = 3);

// A path that does not exist, with what its names may have been meant as: "modles/alfa" where
// models/alpha is. Empty: nothing near is there. Lists at most three folders.
std::string nearPath(const std::string& path);

}  // namespace kindred::words
