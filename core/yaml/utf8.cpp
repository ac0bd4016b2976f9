#include "yaml/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "words/utf8.hpp"

namespace kindred::yaml {
namespace {

bool isControl(unsigned char c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

}  // namespace

std::optional<TextProblem> findTextProblem(std::string_view text) {
  TextProblem at;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = words::firstCharacter(text.substr(i)).length;
    const auto byte = static_cast<unsigned char>(text[i]);
    if (length == 0 || isControl(byte)) {
      at.what = length == 0 ? fmt::format("byte 0x{:02x} is not UTF-8", byte)
                            : fmt::format("control character 0x{:02x}", byte);
      return at;
    }
    at.column = byte == '\n' ? 1 : at.column + 1;
    at.line += byte == '\n' ? 1 : 0;
    i += length;
  }
  return std::nullopt;
}

PlaceFinder::PlaceFinder(std::string_view text) : text_(text) {
  if (text_.substr(0, 3) == "\xef\xbb\xbf") text_.remove_prefix(3);
  starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') starts_.push_back(i + 1);
  }
}

std::string_view PlaceFinder::line(int number) const {
  if (number < 1 || static_cast<std::size_t>(number) > starts_.size()) return {};
  std::string_view rest = text_.substr(starts_[static_cast<std::size_t>(number) - 1]);
  rest = rest.substr(0, rest.find('\n'));
  if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
  return rest;
}

int PlaceFinder::column(int line, std::size_t offset) {
  if (line != last_line_ || offset < last_offset_) {
    last_line_ = line;
    last_offset_ = 0;
    last_column_ = 1;
  }
  const std::size_t start = line >= 1 && static_cast<std::size_t>(line) <= starts_.size()
                                ? starts_[static_cast<std::size_t>(line) - 1]
                                : text_.size();
  for (; last_offset_ < offset; ++last_offset_) {
    const std::size_t next = start + last_offset_ + 1;
    if (next >= text_.size() || !words::continues(text_[next])) ++last_column_;
  }
  return last_column_;
}

}  // namespace kindred::yaml
