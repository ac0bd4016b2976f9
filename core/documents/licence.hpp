// A licence beside a standard text, clause by clause.
#pragma once

#include "documents/document.hpp"

namespace kindred::documents {

// Clauses are paragraphs; a section with a number of its own that is wholly new (or wholly gone) is
// one clause. Wrapping, numbering, quotation marks, capitals and filled-in placeholders make no
// difference; a clause at another place is the same clause. What is left is matched by likeness: a
// paragraph that shares half of its words with one of the standard text is a changed one.
Report compareLicence(const Document& licence, const Document& standard);

}  // namespace kindred::documents
