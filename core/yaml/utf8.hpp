// Checks that a file is text, and counts columns in characters rather than bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::yaml {

struct TextProblem {
  int line = 1;
  int column = 1;
  std::string what;
};

// The first byte that no text has: broken UTF-8, or a control character other than tab and line
// ends (yaml-cpp takes byte 4 for the end of the file and drops the rest without a word).
std::optional<TextProblem> findTextProblem(std::string_view text);

// Finds columns. Made for questions in the order of the text, which cost no more than one pass.
class PlaceFinder {
 public:
  explicit PlaceFinder(std::string_view text);
  // The column (from 1, in characters) of the byte at `offset` within a line (from 1).
  int column(int line, std::size_t offset);
  // A line without its end; empty beyond the last.
  std::string_view line(int number) const;

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
  int last_line_ = 0;
  std::size_t last_offset_ = 0;
  int last_column_ = 1;
};

}  // namespace kindred::yaml
