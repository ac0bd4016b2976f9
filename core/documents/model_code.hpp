// Two repositories' code and other small texts, compared as text and never run.
#pragma once

#include <span>

#include "documents/document.hpp"

namespace kindred::documents {

struct CodeFile {
  Document document;
  bool too_large = false;  // its text was not read
};

// Files meet by name; one without a namesake meets the one of the same ending that is most like it.
// Likeness counts runs of five words: those that both have over those that either has. Files that
// are no text, or too large, are listed and left out.
Report compareCode(const std::string& model_a, std::span<const CodeFile> a,
                   const std::string& model_b, std::span<const CodeFile> b);

}  // namespace kindred::documents
