// What one model's headers hold, or two models', and what of two can be compared.
#pragma once

#include <memory>
#include <span>

#include "models/architecture.hpp"
#include "documents/document.hpp"
#include "recipe/recipe.hpp"

namespace kindred::documents {

struct Catalogue {
  const models::Checkpoint& checkpoint;
  std::shared_ptr<const models::Architecture> architecture;  // null: of no known family
};

// One model or two. Tensors of two models meet where role, layer and expert are equal; without a
// role, where names are. `claims` are of the first.
Report inventory(std::span<const Catalogue> models, const recipe::Claims& claims);

}  // namespace kindred::documents
