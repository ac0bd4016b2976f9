// Name patterns of selections: {layer}, {expert} and {head} capture digits, other {words} capture a
// run without dots, * matches any run of characters.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::plan {

using Captures = std::map<std::string, std::string>;

class Pattern {
 public:
  // The recipe's checker has refused malformed patterns; an unclosed brace is an Error all the
  // same.
  explicit Pattern(std::string_view text);
  // What the pattern captures in `name`, or nothing where it does not match.
  std::optional<Captures> match(std::string_view name) const;

 private:
  struct Piece {
    enum class Is { literal, digits, word, any } is;
    std::string text;  // the literal, or the capture's name
  };
  struct Attempt;
  bool matchFrom(std::size_t piece, std::string_view rest, Attempt& attempt) const;
  bool matchRun(std::size_t piece, std::string_view rest, Attempt& attempt) const;

  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace kindred::plan
