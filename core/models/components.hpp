// The parts of a composite: those that have a residual stream of their own, and what leads from one
// into another.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "models/architecture.hpp"
#include "models/checkpoint.hpp"

namespace kindred::models {

// A component as a model of its own, called "KEY (vision tower)": its tensors under their own
// names, what config.json says of it (vision_config; where nothing is said of it alone, what is not
// said of another stack; of a projector nothing), its family. Its tensors refer to the whole's
// shards, which must outlive it.
struct ComponentPart {
  Component component = Component::language_model;
  Checkpoint checkpoint;
  std::shared_ptr<const Architecture> architecture;
};

// Towers and stacks whose families are known and whose names are there, and a projector that is an
// MLP, in the order of the enumeration, then what the model is by itself (`own`; null: an unknown
// family) without them. Empty: there is none. Damaged configs say nothing: whoever needs
// config.json says what is wrong with it.
std::vector<ComponentPart> componentsOf(const Checkpoint& whole,
                                        const std::shared_ptr<const Architecture>& own,
                                        const ArchitectureRegistry& registry);

}  // namespace kindred::models
