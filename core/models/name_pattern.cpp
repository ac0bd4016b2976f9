#include "models/name_pattern.hpp"

#include <algorithm>
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

constexpr std::string_view kLayer = "layer";

// A number of a few digits at an end of what stands in braces, and what joins it to the layer.
std::int64_t takeNumber(std::string_view& inside, char joint) {
  const bool first = joint == '*';
  const std::size_t at = first ? inside.find(joint) : inside.rfind(joint);
  if (at == std::string_view::npos) return first ? 1 : 0;
  const std::string_view digits = first ? inside.substr(0, at) : inside.substr(at + 1);
  const bool number = !digits.empty() && digits.size() < 4 &&
                      std::all_of(digits.begin(), digits.end(), words::isDigit);
  const std::int64_t value = number ? indexOf(digits).value_or(0) : 0;
  if (value == 0) throw std::invalid_argument("a layer is {layer}, {layer+3} or {2*layer+1}");
  inside = first ? inside.substr(at + 1) : inside.substr(0, at);
  return value;
}

// The text with the plain {layer}.
std::string plain(const std::string& text, std::int64_t& times, std::int64_t& plus) {
  const std::size_t open = layerIn(text);
  if (open == std::string::npos) return text;
  const std::size_t close = text.find('}', open);
  if (close == std::string::npos) return text;  // the pattern says what is wrong
  std::string_view inside = std::string_view(text).substr(open + 1, close - open - 1);
  times = takeNumber(inside, '*');
  plus = takeNumber(inside, '+');
  return text.substr(0, open + 1) + std::string(inside) + text.substr(close);
}

}  // namespace

std::size_t layerIn(std::string_view pattern) {
  for (std::size_t open = 0; (open = pattern.find('{', open)) != std::string_view::npos; ++open) {
    const std::string_view inside = pattern.substr(open, pattern.find('}', open) - open);
    if (inside.find(kLayer) != std::string_view::npos) return open;
  }
  return std::string_view::npos;
}

NamePattern::NamePattern(std::string text)
    : text_(std::move(text)), pattern_(plain(text_, times_, plus_)) {
  using Is = words::Pattern::Piece::Is;
  bool behind_capture = false;
  for (const words::Pattern::Piece& piece : pattern_.pieces()) {
    const bool literal = piece.is == Is::literal;
    if (!literal && piece.text != kLayer && piece.text != "expert") {
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
    if (capture.name == kLayer) {
      captures.layer = times_ * *index + plus_;
    } else {
      captures.expert = *index;
    }
  }
  return captures;
}

}  // namespace kindred::models
