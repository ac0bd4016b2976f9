// What a recipe may say, all kinds of steps included.
#pragma once

#include <span>

#include "recipe/schema.hpp"

namespace kindred::steps {

const recipe::Shape& recipeShape();

// Shapes with a title, in the order of the reference page.
std::span<const recipe::Shape* const> titledShapes();

// The recipe that the reference page begins with.
const char* exampleRecipe();

// What may stand at the end of a figure's address.
inline constexpr const char* kAggregates = "mean|sd|min|max|median|count";
inline constexpr const char* kFindingColumns = "log10_p|log10_p_adjusted|statistic";

}  // namespace kindred::steps
