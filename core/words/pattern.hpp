// Patterns of names: {layer}, {expert} and {head} capture digits, other {words} capture a run
// without dots, * matches any run of characters.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::words {

// What a name in braces has matched: its name lives as long as the pattern, its value as long as
// what was matched.
struct Capture {
  std::string_view name, value;
};

class Pattern {
 public:
  struct Piece {
    enum class Is { literal, digits, word, any } is;
    std::string text;  // the literal, or the capture's name
  };

  // Throws std::invalid_argument that says what is wrong with the pattern.
  explicit Pattern(std::string text);

  const std::string& text() const { return text_; }
  const std::vector<Piece>& pieces() const { return pieces_; }
  // What the pattern captures in `name`, or nothing where it does not match. A name on which a
  // pattern of many '*' could be tried for ever is an Error.
  std::optional<std::vector<Capture>> match(std::string_view name) const;

 private:
  struct Attempt;
  void add(Piece::Is is, std::string text);
  void addCapture(std::string name);
  bool matchFrom(std::size_t piece, std::string_view rest, Attempt& attempt) const;
  bool matchRun(std::size_t piece, std::string_view rest, Attempt& attempt) const;

  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace kindred::words
