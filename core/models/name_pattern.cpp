#include "models/name_pattern.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "words/letters.hpp"

namespace kindred::models {
namespace {

using words::isDigit;

std::optional<std::int64_t> takeIndex(std::string_view& name) {
  const auto end = std::find_if_not(name.begin(), name.end(), isDigit);
  const std::string_view digits(name.data(), static_cast<std::size_t>(end - name.begin()));
  if (digits.empty() || digits.size() > 9 || (digits.size() > 1 && digits.front() == '0')) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  name.remove_prefix(digits.size());
  return value;
}

}  // namespace

NamePattern::NamePattern(std::string text) : text_(std::move(text)) {
  if (text_.empty()) throw std::invalid_argument("a pattern has at least one character");
  std::string_view rest = text_;
  while (true) {
    Part part;
    const std::size_t brace = rest.find_first_of("{}");
    part.literal = rest.substr(0, brace);
    if (!parts_.empty() && !part.literal.empty() && isDigit(part.literal.front())) {
      throw std::invalid_argument("a digit behind a capture makes the pattern ambiguous");
    }
    if (brace == std::string_view::npos) {
      parts_.push_back(std::move(part));
      return;
    }
    rest.remove_prefix(brace);
    if (rest.starts_with("{layer}")) {
      part.index = &Captures::layer;
    } else if (rest.starts_with("{expert}")) {
      part.index = &Captures::expert;
    } else {
      throw std::invalid_argument("only {layer} and {expert} are captured");
    }
    for (const Part& earlier : parts_) {
      if (earlier.index == part.index) throw std::invalid_argument("a capture stands twice");
    }
    if (!parts_.empty() && part.literal.empty()) {
      throw std::invalid_argument("two captures need something between them");
    }
    rest.remove_prefix(rest.find('}') + 1);
    parts_.push_back(std::move(part));
  }
}

std::optional<Captures> NamePattern::match(std::string_view name) const {
  Captures captures;
  for (const Part& part : parts_) {
    if (!name.starts_with(part.literal)) return std::nullopt;
    name.remove_prefix(part.literal.size());
    if (part.index == nullptr) break;
    const std::optional<std::int64_t> index = takeIndex(name);
    if (!index) return std::nullopt;
    captures.*part.index = *index;
  }
  if (!name.empty()) return std::nullopt;
  return captures;
}

}  // namespace kindred::models
