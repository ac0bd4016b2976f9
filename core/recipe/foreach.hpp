// "foreach: {other: [tuned, stranger]}" in a step or an expectation: it stands there once for each
// word, with the word for every $other in it.
#pragma once

#include <vector>

#include "yaml/document.hpp"

namespace kindred::recipe {

// Repetitions that a list may come to, in nodes of the tree: bounds what a hostile recipe costs.
inline constexpr std::size_t kMostRepeated = 100'000;

// Puts the repetitions of a list's entries in their places. What is wrong with a 'foreach' is
// reported here, and its entry stays in the list as a node whose mistakes are reported.
void expandForeach(yaml::Node& list, std::vector<yaml::Diagnostic>& diagnostics);

}  // namespace kindred::recipe
