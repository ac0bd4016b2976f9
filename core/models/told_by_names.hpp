// Models whose family nothing names: names of tensors may fit one family alone, and shapes say its
// sizes.
#pragma once

#include <string>

#include "models/architecture.hpp"

namespace kindred::models {

// A model without config.json, or whose config.json names no family that is known, and whose layers
// have the names of a family, every one of them, then states that family and the sizes that its
// shapes give, before whatever config.json says. How many heads there are is stated where norms
// inside heads or a table of frequencies tell it, and families of the same names agree in what
// positions turn. Where these differ in how gains are stored, the gains of up to four norms are
// read. A note says so. Anything else stays as it is.
void stateByNames(Checkpoint& checkpoint, const ArchitectureRegistry& registry);

// Why the family of a model was told so: "config.json is missing". Empty: it was not.
std::string whyToldByNames(const Checkpoint& checkpoint);

// Why a gauge of the family is not granted to such a model: it depends on what no shape tells, or
// another family of the same names has it not. Empty: it is granted as it stands.
std::string whyInDoubt(const Checkpoint& checkpoint, const GaugeRule& rule);

}  // namespace kindred::models
