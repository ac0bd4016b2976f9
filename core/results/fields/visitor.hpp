// What the tables of fields share. A visitor is called with a field's name, its place in the value,
// what it means (empty where the name says it), and whether a run done again must have it the same.
// `added`: a field that earlier programs of this layout did not write. `V::kWhole`: whether the
// visitor takes what only a saved StepResult holds as well.
#pragma once

#include <concepts>
#include <string>
#include <type_traits>

#include "evidence/class.hpp"

namespace kindred::results {

enum class Repeats { yes, no };

// How a saved StepResult spells them.
inline constexpr const char* kInfinite = "inf";
inline constexpr const char* kMinusInfinite = "-inf";

// The names of an enumeration's values.
template <class T>
std::string nameOf(T value) {
  using evidence::name;
  return std::string(name(value));
}

template <class X, class T>
concept Of = std::same_as<std::remove_const_t<X>, T>;

}  // namespace kindred::results
