// Everything of a value, to go on from: what its table of fields has, as text and back.
#pragma once

#include <optional>
#include <string>

#include "results/reader.hpp"
#include "results/writer.hpp"

namespace kindred::results {

// None: a text of it is no UTF-8, which JSON can't hold.
template <class T>
std::optional<std::string> wholeText(const T& value) {
  try {
    return Writer<Scope::whole>::objectOf(value).dump();
  } catch (const Json::type_error&) {
    return std::nullopt;
  }
}

// `file` and `what` it ought to be are for errors.
template <class T>
T wholeOf(const std::string& file, const std::string& what, const std::string& text) {
  return Reader<true>::valueOf<T>(file, what, parsed(file, text));
}

}  // namespace kindred::results
