// Patterns of tensor names with {layer} and {expert}.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::models {

struct Captures {
  std::int64_t layer = -1;
  std::int64_t expert = -1;
};

class NamePattern {
 public:
  // Throws std::invalid_argument that says what is wrong with the pattern.
  explicit NamePattern(std::string text);

  const std::string& text() const { return text_; }
  // An index is written without leading zeros and has at most nine digits.
  std::optional<Captures> match(std::string_view name) const;

 private:
  struct Part {
    std::string literal;                      // stands before the capture
    std::int64_t Captures::*index = nullptr;  // null: behind the last capture
  };
  std::string text_;
  std::vector<Part> parts_;
};

}  // namespace kindred::models
