#include "plan/pattern.hpp"

#include <kindred/error.hpp>

#include "words/letters.hpp"

namespace kindred::plan {
namespace {

// Backtracking over many '*' is exponential; no honest pattern comes near this many steps.
constexpr std::size_t kStepBudget = 100'000;

using words::isDigit;

}  // namespace

struct Pattern::Attempt {
  Captures captures;
  std::size_t budget = kStepBudget;
};

Pattern::Pattern(std::string_view text) : text_(text) {
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) pieces_.push_back({Piece::Is::literal, std::move(literal)});
    literal.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '*') {
      flush();
      if (pieces_.empty() || pieces_.back().is != Piece::Is::any) {
        pieces_.push_back({Piece::Is::any, ""});
      }
    } else if (text[i] == '{') {
      flush();
      const std::size_t end = text.find('}', i);
      if (end == std::string_view::npos)
        throw inputError("", "pattern '" + text_ + "' lacks a '}'");
      const std::string name(text.substr(i + 1, end - i - 1));
      const bool digits = name == "layer" || name == "expert" || name == "head";
      pieces_.push_back({digits ? Piece::Is::digits : Piece::Is::word, name});
      i = end;
    } else {
      literal += text[i];
    }
  }
  flush();
}

std::optional<Captures> Pattern::match(std::string_view name) const {
  Attempt attempt;
  if (!matchFrom(0, name, attempt)) return std::nullopt;
  return std::move(attempt.captures);
}

bool Pattern::matchFrom(std::size_t piece, std::string_view rest, Attempt& attempt) const {
  if (attempt.budget == 0) {
    throw inputError("", "pattern '" + text_ + "' has too many '*' to be matched");
  }
  --attempt.budget;
  if (piece == pieces_.size()) return rest.empty();
  if (pieces_[piece].is != Piece::Is::literal) return matchRun(piece, rest, attempt);
  const std::string& literal = pieces_[piece].text;
  return rest.starts_with(literal) && matchFrom(piece + 1, rest.substr(literal.size()), attempt);
}

bool Pattern::matchRun(std::size_t piece, std::string_view rest, Attempt& attempt) const {
  const Piece& run = pieces_[piece];
  if (run.is == Piece::Is::any) {
    for (std::size_t n = rest.size() + 1; n-- > 0;) {
      if (matchFrom(piece + 1, rest.substr(n), attempt)) return true;
    }
    return false;
  }
  std::size_t longest = 0;
  while (longest < rest.size() &&
         (run.is == Piece::Is::digits ? isDigit(rest[longest]) : rest[longest] != '.')) {
    ++longest;
  }
  for (std::size_t n = longest; n > 0; --n) {
    const std::string value(rest.substr(0, n));
    const auto [seen, fresh] = attempt.captures.emplace(run.text, value);
    // A name captured twice must read the same in both places.
    if (seen->second == value && matchFrom(piece + 1, rest.substr(n), attempt)) return true;
    if (fresh) attempt.captures.erase(run.text);
  }
  return false;
}

}  // namespace kindred::plan
