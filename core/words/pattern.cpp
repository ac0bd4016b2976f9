#include "words/pattern.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <kindred/error.hpp>

#include "words/letters.hpp"
#include "words/names.hpp"

namespace kindred::words {
namespace {

// Backtracking over many '*' is exponential; no honest pattern comes near this many steps.
constexpr std::size_t kStepBudget = 100'000;

}  // namespace

struct Pattern::Attempt {
  std::vector<Capture> captures;
  std::size_t budget = kStepBudget;
};

Pattern::Pattern(std::string text) : text_(std::move(text)) {
  if (text_.empty()) throw std::invalid_argument("a pattern has at least one character");
  for (std::size_t i = 0; i < text_.size();) {
    if (text_[i] == '}') throw std::invalid_argument("'}' without a '{' before it");
    if (text_[i] == '*') {
      if (pieces_.empty() || pieces_.back().is != Piece::Is::any) add(Piece::Is::any, {});
      ++i;
    } else if (text_[i] == '{') {
      const std::size_t close = text_.find('}', i);
      if (close == std::string::npos) throw std::invalid_argument("'{' without a '}' behind it");
      addCapture(text_.substr(i + 1, close - i - 1));
      i = close + 1;
    } else {
      const std::size_t end = std::min(text_.find_first_of("*{}", i), text_.size());
      add(Piece::Is::literal, text_.substr(i, end - i));
      i = end;
    }
  }
}

void Pattern::add(Piece::Is is, std::string text) { pieces_.push_back({is, std::move(text)}); }

void Pattern::addCapture(std::string name) {
  if (!isName(name)) {
    throw std::invalid_argument("expected a name in the braces, but got '" + escaped(name, 60) +
                                "'");
  }
  for (const Piece& piece : pieces_) {
    if (piece.is != Piece::Is::literal && piece.text == name) {
      throw std::invalid_argument("{" + name + "} is captured twice");
    }
  }
  const bool digits = name == "layer" || name == "expert" || name == "head";
  add(digits ? Piece::Is::digits : Piece::Is::word, std::move(name));
}

std::optional<std::vector<Capture>> Pattern::match(std::string_view name) const {
  // Of the many patterns that a name is held against most differ at its end.
  if (pieces_.back().is == Piece::Is::literal && !name.ends_with(pieces_.back().text)) {
    return std::nullopt;
  }
  Attempt attempt;
  if (!matchFrom(0, name, attempt)) return std::nullopt;
  std::reverse(attempt.captures.begin(), attempt.captures.end());
  return std::move(attempt.captures);
}

bool Pattern::matchFrom(std::size_t piece, std::string_view rest, Attempt& attempt) const {
  if (attempt.budget == 0) {
    throw inputError("", "pattern '" + escaped(text_) + "' has too many '*' to be matched",
                     "name more of what stands between them");
  }
  --attempt.budget;
  if (piece == pieces_.size()) return rest.empty();
  if (pieces_[piece].is != Piece::Is::literal) return matchRun(piece, rest, attempt);
  const std::string& literal = pieces_[piece].text;
  return rest.starts_with(literal) && matchFrom(piece + 1, rest.substr(literal.size()), attempt);
}

// The longest run first. Captures are noted on the way back, so that a name that does not match
// costs no memory.
bool Pattern::matchRun(std::size_t piece, std::string_view rest, Attempt& attempt) const {
  const Piece& run = pieces_[piece];
  const bool any = run.is == Piece::Is::any;
  std::size_t longest = any ? rest.size() : 0;
  while (longest < rest.size() &&
         (run.is == Piece::Is::digits ? isDigit(rest[longest]) : rest[longest] != '.')) {
    ++longest;
  }
  for (std::size_t n = longest + 1; n-- > (any ? 0u : 1u);) {
    if (!matchFrom(piece + 1, rest.substr(n), attempt)) continue;
    if (!any) attempt.captures.push_back({run.text, rest.substr(0, n)});
    return true;
  }
  return false;
}

}  // namespace kindred::words
