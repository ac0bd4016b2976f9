// What a recipe may say, as data. The checker, the reference page and the JSON Schema all read this
// table; nothing else lists a recipe's keys.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

namespace kindred::recipe {

enum class ScalarType { none, text, name, integer, number, choice };

struct Key;

// What one value may be. Lists, mappings and scalars are told apart by how they are written, so a
// shape may allow one form of each.
struct Shape {
  const char* title = nullptr;  // heading in the reference page; null: described where it is used
  const char* says = nullptr;   // completes "expected ..."

  ScalarType scalar = ScalarType::none;
  const char* choices = nullptr;  // "a|b|c"
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();

  const Shape* items = nullptr;  // a list of these
  std::size_t least_items = 1;
  std::size_t most_items = 1000;  // holds for mappings with free keys as well

  std::span<const Key> keys = {};   // a mapping with these keys
  bool parameters = false;          // and, beside them, a plugin's parameters
  const Shape* values = nullptr;    // a mapping with keys of the writer's choice
  bool keys_are_names = true;       // of letters, digits, '_' and '-'
  bool keys_may_have_dots = false;  // and '.'
  const char* shorthand = nullptr;  // a scalar stands for {this key: scalar}
  const char* one_of = nullptr;     // "a|b c|d": at least one key of each group

  bool isMap() const { return !keys.empty() || values != nullptr; }
};

struct Key {
  const char* name;
  const Shape* shape;
  bool required = false;
  const char* fallback = nullptr;  // the default, in words
  const char* example = nullptr;
  const char* meaning = nullptr;
  const char* needs = nullptr;     // "a|b": means something only beside one of these
  const char* excludes = nullptr;  // "a|b": none of these may stand beside it
};

const Shape& recipeShape();
const Key* findKey(const Shape& shape, std::string_view name);

// Shapes with a title, in the order of the reference page.
std::span<const Shape* const> titledShapes();

// The recipe that the reference page begins with.
const char* exampleRecipe();

// How many models a survey may see at once.
inline constexpr std::size_t kMostSurveyed = 16;

// What may stand at the end of a figure's address.
inline constexpr const char* kAggregates = "mean|sd|min|max|median|count";
inline constexpr const char* kFindingColumns = "log10_p|statistic";

}  // namespace kindred::recipe
