// What a model's catalogue shows of how its makers build models.
#pragma once

#include <span>

#include "documents/inventory.hpp"

namespace kindred::documents {

// A row a feature, with the tensors that show it in each model: biases, norms of queries and keys,
// layers beyond those that config.json counts, tensors that no role explains.
TextTable breadcrumbs(std::span<const Catalogue> models);

}  // namespace kindred::documents
