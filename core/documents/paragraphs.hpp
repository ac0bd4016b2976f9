// A licence's text as paragraphs of words, without what makes no difference: how lines are wrapped,
// how clauses are numbered, capitals, which quotation marks are used (SPDX specification, annex
// "License matching guidelines and templates").
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kindred::documents {

struct Paragraph {
  std::string section;                  // the number of the section it stands in; empty: before any
  bool opens_section = false;           // it begins with that number
  bool is_heading = false;              // short and without an end: it belongs to what follows
  std::vector<std::string> shown;       // words as written
  std::vector<std::string> folded;      // the same words, as far as they count: as many
  std::vector<std::string> masked;      // folded, but numbers behind "section" are "#"
  std::vector<std::string> references;  // those numbers

  std::string text(std::size_t words = static_cast<std::size_t>(-1)) const;
};

// More than 4000 paragraphs are an Error that names `place`.
std::vector<Paragraph> paragraphsOf(std::string_view text, const std::string& place);

// "Copyright 2026 Somebody"
bool isCopyrightLine(const Paragraph& paragraph);

// Whether `filled` is `form` with its [placeholders] or <placeholders> filled in, each with at most
// 12 words.
bool fillsIn(const Paragraph& form, const Paragraph& filled);

}  // namespace kindred::documents
