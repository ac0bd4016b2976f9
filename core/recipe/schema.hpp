// What a recipe may say, as data: the checker, the reference page and the JSON Schema all read such
// tables; nothing else lists a recipe's keys. Here stand the words of these tables and the shapes
// that kinds of steps have in common; each kind's own keys stand with the kind.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

namespace kindred::recipe {

// bytes: an integer, or a number with a unit ("64MB").
enum class ScalarType { none, text, name, integer, number, bytes, choice };

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
  bool keys_name_models = false;    // and '.' and '/'
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

const Key* findKey(const Shape& shape, std::string_view name);

// Values that stand in many places.
extern const Shape kText, kName, kNumber, kCount, kSeed, kBytes, kModelKey;
// kForeach: what a step or an expectation is repeated over.
extern const Shape kForeach;
// Parts of a recipe. kSelect: a selection, or the name of one.
extern const Shape kSource, kSources, kModel, kModels, kSelection, kSelections, kSelect;
extern const Shape kPair, kSample, kMetric, kMetrics;

// Integers up to here are exact as a double.
inline constexpr double kLargest = 9007199254740992.0;  // 2^53

}  // namespace kindred::recipe
