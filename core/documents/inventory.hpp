// What one model's headers hold, or two models', and what of two can be compared.
#pragma once

#include <memory>
#include <span>

#include "documents/document.hpp"
#include "models/architecture.hpp"

namespace kindred::documents {

// What a model's card says of its size; zero where it is not said.
struct Claims {
  double total = 0, active = 0;
};

struct Catalogue {
  const models::Checkpoint& checkpoint;
  std::shared_ptr<const models::Architecture> architecture;  // null: of no known family
};

// One model or two. Tensors of two models meet where role, layer and expert are equal; without a
// role, where names are. `claims` are of the first.
Report inventory(std::span<const Catalogue> models, const Claims& claims);

}  // namespace kindred::documents
