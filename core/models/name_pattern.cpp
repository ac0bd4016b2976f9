#include "models/name_pattern.hpp"

#include <charconv>
#include <stdexcept>
#include <utility>

#include "words/letters.hpp"

namespace kindred::models {
namespace {

std::optional<std::int64_t> indexOf(std::string_view digits) {
  if (digits.size() > 9 || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

NamePattern::NamePattern(std::string text) : pattern_(std::move(text)) {
  using Is = words::Pattern::Piece::Is;
  bool behind_capture = false;
  for (const words::Pattern::Piece& piece : pattern_.pieces()) {
    const bool literal = piece.is == Is::literal;
    if (!literal && piece.text != "layer" && piece.text != "expert") {
      throw std::invalid_argument("only {layer} and {expert} are captured");
    }
    if (behind_capture && !literal) {
      throw std::invalid_argument("two captures need something between them");
    }
    if (behind_capture && words::isDigit(piece.text.front())) {
      throw std::invalid_argument("a digit behind a capture makes the pattern ambiguous");
    }
    behind_capture = !literal;
  }
}

std::optional<Captures> NamePattern::match(std::string_view name) const {
  const auto found = pattern_.match(name);
  if (!found) return std::nullopt;
  Captures captures;
  for (const words::Capture& capture : *found) {
    const std::optional<std::int64_t> index = indexOf(capture.value);
    if (!index) return std::nullopt;
    (capture.name == "layer" ? captures.layer : captures.expert) = *index;
  }
  return captures;
}

}  // namespace kindred::models
