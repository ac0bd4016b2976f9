// The parts of a composite that have a residual stream of their own.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "models/architecture.hpp"
#include "models/checkpoint.hpp"

namespace kindred::models {

// A component as a model of its own, called "KEY (vision tower)": its tensors under their own
// names, what config.json says of it (vision_config; all of it where nothing is said of it alone),
// its family. Its tensors refer to the whole's shards, which must outlive it.
struct ComponentPart {
  Component component = Component::language_model;
  Checkpoint checkpoint;
  std::shared_ptr<const Architecture> architecture;
};

// Towers whose families are known and whose names are there, in the order of the enumeration, then
// what the model is by itself (`own`; null: an unknown family) without them. Empty: there is no
// tower. Damaged configs say nothing: whoever needs config.json says what is wrong with it.
std::vector<ComponentPart> componentsOf(const Checkpoint& whole,
                                        const std::shared_ptr<const Architecture>& own,
                                        const ArchitectureRegistry& registry);

}  // namespace kindred::models
