// Patterns of tensor names in architecture files: {layer} and {expert}, each once, and nothing else
// that could be matched in more than one way. Where names count otherwise than the model's layers
// do, a pattern says which layer is meant: {layer+3}, {2*layer}, {2*layer+1}.
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

// Where the braces around a layer open in a pattern's text; npos: it has none.
std::size_t layerIn(std::string_view pattern);

class NamePattern {
 public:
  // Throws std::invalid_argument that says what is wrong with the pattern.
  explicit NamePattern(std::string text);

  const std::string& text() const { return text_; }
  // How many layers a number in a name stands for: 2 of {2*layer}.
  std::int64_t layersOfEach() const { return times_; }
  // An index is written without leading zeros and has at most nine digits.
  std::optional<Captures> match(std::string_view name) const;

 private:
  std::string text_;
  std::int64_t times_ = 1, plus_ = 0;  // {times*layer+plus}
  words::Pattern pattern_;
};

}  // namespace kindred::models
