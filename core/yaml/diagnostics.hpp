// What is wrong with a file that people write, and where.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kindred::yaml {

struct Place {
  std::string file;
  int line = 0;  // from 1; 0: the file as a whole
  int column = 0;
};

// "file:line:column"
std::string text(const Place& place);

// One thing wrong with a file.
struct Diagnostic {
  Place place;
  std::string message;  // "unknown key 'metrcs'"
  std::string hint;     // "did you mean 'metrics'?" or what is allowed; may be empty
};

// "file:line:column: message (hint)"
std::string text(const Diagnostic& diagnostic);
// One line each.
std::string text(const std::vector<Diagnostic>& diagnostics);
// For the terminal: each with its line of `source` (the file's own text) and a caret below it.
std::string underlined(const std::vector<Diagnostic>& diagnostics, std::string_view source);

// One input Error with all of them, in order of place; none: nothing.
void throwIfAny(std::vector<Diagnostic> diagnostics);

}  // namespace kindred::yaml
