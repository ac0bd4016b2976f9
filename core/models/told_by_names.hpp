// Files without a config.json: names of tensors may fit one family alone, and shapes say its sizes.
#pragma once

#include "models/architecture.hpp"

namespace kindred::models {

// A model without config.json whose layers have the names of a family, every one of them, then
// states that family and the sizes that its shapes give, as a config.json would. How many heads
// there are is stated where norms inside heads or a table of frequencies tell it, and families of
// the same names agree in what positions turn. A note says so. Anything else stays as it is.
void stateByNames(Checkpoint& checkpoint, const ArchitectureRegistry& registry);

// Whether what the model states was told so.
bool isToldByNames(const Checkpoint& checkpoint);

// Why a gauge of the family is not granted to such a model: it depends on what no shape tells, or
// another family of the same names has it not. Empty: it is granted as it stands.
std::string whyInDoubt(const Checkpoint& checkpoint, const GaugeRule& rule);

}  // namespace kindred::models
