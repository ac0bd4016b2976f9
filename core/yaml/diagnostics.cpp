#include "yaml/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include <kindred/error.hpp>

#include "yaml/utf8.hpp"

namespace kindred::yaml {
namespace {

// The byte where a column (in characters, from 1) begins.
std::size_t byteOf(std::string_view line, int column) {
  std::size_t at = 0;
  for (int i = 1; i < column && at < line.size(); ++i) {
    ++at;
    while (at < line.size() && (static_cast<unsigned char>(line[at]) & 0xc0) == 0x80) ++at;
  }
  return at;
}

// How many characters the word, number or quoted text at a place has; 1 for anything else.
std::size_t wordLength(std::string_view rest) {
  if (rest.empty()) return 1;
  std::size_t bytes = rest.find_first_of(" \t,:[]{}#");
  if (rest[0] == '\'' || rest[0] == '"') {
    bytes = rest.find(rest[0], 1);
    bytes = bytes == std::string_view::npos ? bytes : bytes + 1;
  }
  const std::string_view word = rest.substr(0, bytes);
  const auto starts = std::count_if(word.begin(), word.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  });
  return std::max<std::size_t>(1, static_cast<std::size_t>(starts));
}

// The line and, below it, a caret under the place; a long line is cut to what stands around it.
std::string excerpt(std::string_view line, const Place& place) {
  constexpr std::size_t kBefore = 60, kWidth = 100;
  std::size_t from = byteOf(line, place.column);
  const std::size_t length = wordLength(line.substr(from));
  if (from > kBefore) {
    const std::size_t cut = byteOf(line, place.column - static_cast<int>(kBefore));
    line.remove_prefix(cut);
    from -= cut;
  }
  line = line.substr(0, byteOf(line, static_cast<int>(kWidth) + 1));
  std::string below;
  for (std::size_t i = 0; i < from; ++i) {
    if ((static_cast<unsigned char>(line[i]) & 0xc0) == 0x80) continue;
    below += line[i] == '\t' ? '\t' : ' ';
  }
  below += '^';
  below.append(std::min(length, kWidth) - 1, '~');
  std::string shown(line);
  std::replace_if(
      shown.begin(), shown.end(),
      [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }, '?');
  return fmt::format("{:>5} | {}\n      | {}\n", place.line, shown, below);
}

}  // namespace

std::string text(const Place& place) {
  if (place.line == 0) return place.file;
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

std::string text(const Diagnostic& diagnostic) {
  std::string line = text(diagnostic.place) + ": " + diagnostic.message;
  if (!diagnostic.hint.empty()) line += " (" + diagnostic.hint + ")";
  return line;
}

std::string text(const std::vector<Diagnostic>& diagnostics) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) out += text(diagnostic) + "\n";
  return out;
}

std::string underlined(const std::vector<Diagnostic>& diagnostics, std::string_view source) {
  const PlaceFinder lines(source);
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) {
    out += text(diagnostic) + "\n";
    if (diagnostic.place.line > 0) {
      out += excerpt(lines.line(diagnostic.place.line), diagnostic.place);
    }
  }
  return out;
}

void throwIfAny(std::vector<Diagnostic> diagnostics) {
  if (diagnostics.empty()) return;
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) {
                     return std::tie(a.place.file, a.place.line, a.place.column) <
                            std::tie(b.place.file, b.place.line, b.place.column);
                   });
  std::string all = text(diagnostics);
  all.pop_back();  // the last line's end
  throw inputError("", all);
}

}  // namespace kindred::yaml
