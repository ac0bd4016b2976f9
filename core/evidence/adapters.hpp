// The verdict on a pair of which one is an adapter, or both are: a change of a model, by itself.
#pragma once

#include <string>

#include "evidence/verdict.hpp"

namespace kindred::evidence {

struct AdapterSide {
  std::string key;
  std::string what;  // "LoRA of rank 8, for 'org/base'"; empty: it is a model
};

// `verdict`: on what was compared. Nothing in a bare adapter says which weights it belongs to, so
// that, where no tensor of it is a model's own, it can't be tested against a model: the sentence
// says so and what to name instead. Two adapters are tested by their components alone.
Verdict ofAdapters(Verdict verdict, const AdapterSide& a, const AdapterSide& b);

}  // namespace kindred::evidence
