// What is told of everything that is wrong with a recipe: each mistake once, in order of place.
#pragma once

#include <string>
#include <vector>

#include "recipe/values.hpp"

namespace kindred::recipe {

// Places in `file` come first, in order; then the settings', as they were given. Of more than
// kMostDiagnostics the rest is counted.
void tellOnce(std::vector<Diagnostic>& diagnostics, const std::string& file);

// Adds what was found later, except at places of a file at which something is wrong already: what
// is found there follows from that.
void addLater(std::vector<Diagnostic>& diagnostics, std::vector<Diagnostic> later);

}  // namespace kindred::recipe
