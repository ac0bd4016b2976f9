// Two tokenizers' vocabularies and merges.
#pragma once

#include "documents/document.hpp"

namespace kindred::documents {

// Tokens are compared as spelled, the added ones apart. Figures about merges are NaN where one has
// none. Text that is no tokenizer.json with a vocabulary is an Error.
Report compareTokenizers(const Document& a, const Document& b);

}  // namespace kindred::documents
