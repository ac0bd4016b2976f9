// Which of a model's files a step about documents needs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recipe/recipe.hpp"

namespace kindred::documents {

// Of the names that a location lists; none where the model lacks what the step is about, or the
// step needs headers alone.
std::vector<std::string> wantedFiles(recipe::Verb verb, const std::vector<std::string>& names);

// The largest file that the step reads; model-code leaves larger ones out, others refuse them.
std::uint64_t mostBytes(recipe::Verb verb);

}  // namespace kindred::documents
