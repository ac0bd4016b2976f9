// Steps that compare what stands beside a model's tensors: configurations, tokenizers, licences,
// lists of files, code. The verb is the key of the step and, in results, the name of the metric.
#pragma once

#include <span>
#include <string_view>

#include "recipe/recipe.hpp"

namespace kindred::recipe {

struct DocumentFigure {
  const char* name;
  const char* meaning;
};

struct DocumentVerb {
  Verb verb;
  const char* name;
  const char* reads;                        // of each model, in words
  std::span<const DocumentFigure> figures;  // in order; the first is meant where none is named
};

// In the order of the reference page.
std::span<const DocumentVerb> documentVerbs();
// Null: the verb looks at tensors.
const DocumentVerb* documentVerb(Verb verb);
bool hasFigure(const DocumentVerb& verb, std::string_view figure);

}  // namespace kindred::recipe
