// When are equal bytes evidence?
#pragma once

#include <string>

#include "evidence/verdict.hpp"

namespace kindred::evidence {

// Of tensors whose role is known any that is not computed will do. Of others nobody says that they
// are trained, and a table of sines that no rule recognised, or random features of a default seed,
// are alike in strangers: they count where many elements agree, in many tensors or in most of a
// model.
bool sharedBytesAreEvidence(const Coverage& coverage);

// Whether gains of norms are all whose bytes are equal, or all that both have in numbers.
bool onlyNormsAreShared(const Coverage& coverage);

// "7 tensors (norms, MLP) of 92,736 elements in all hold the same bytes in a and b."
std::string sharedBytesSentence(const std::string& a, const std::string& b,
                                const Coverage& coverage);

// "Not identical, 3 differences: lm_head.weight is only in b; ..." Empty where that was not
// looked at, or where nothing differs.
std::string differenceSentence(const Identity& identity);

}  // namespace kindred::evidence
