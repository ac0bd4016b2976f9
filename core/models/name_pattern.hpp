// Patterns of tensor names in architecture files: {layer} and {expert}, each once, and nothing else
// that could be matched in more than one way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "words/pattern.hpp"

namespace kindred::models {

struct Captures {
  std::int64_t layer = -1;
  std::int64_t expert = -1;
};

class NamePattern {
 public:
  // Throws std::invalid_argument that says what is wrong with the pattern.
  explicit NamePattern(std::string text);

  const std::string& text() const { return pattern_.text(); }
  // An index is written without leading zeros and has at most nine digits.
  std::optional<Captures> match(std::string_view name) const;

 private:
  words::Pattern pattern_;
};

}  // namespace kindred::models
