// Which of a model's matrices can play their roles. Shapes in files are hostile until they are held
// against the architecture, config.json and each other; this is the one place where that happens,
// so that whoever works on matrices by role may rely on their shapes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/architecture.hpp"

namespace kindred::models {

// A tensor, or what should be one, that is left out.
struct Misfit {
  std::string role;
  std::string tensor;  // its name, "X and 30 more", or what is missing
  std::string reason;  // "has shape [170, 64], expected [176, 64] (hidden_size 64)"
};

struct RoleShapes {
  // Matrices of the roles that tests read, by role, layer and expert, each place once. All that
  // read or write the residual stream are `dimensions.hidden` wide; gate, up and down of one MLP
  // agree; keys and values have `kv_heads * head_dim` rows; every layer is below `layers`.
  std::vector<View> views;
  // Files of those that are products of others (models/products.hpp): the views refer to them.
  std::vector<std::shared_ptr<const Shard>> made;
  std::vector<Misfit> misfits;
  // As the views have them. What no view rests on is 0: a number in config.json alone is no size.
  Dimensions dimensions;
};

// Throws where config.json is no object or holds what is no dimension, as dimensionsOf() does.
RoleShapes roleShapes(const Checkpoint& checkpoint, const Architecture& architecture);

// The misfits in a few words: the first one and how many there are.
std::string summary(const std::vector<Misfit>& misfits);

}  // namespace kindred::models
