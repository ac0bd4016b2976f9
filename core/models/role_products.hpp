// Matrices of roles that a model keeps as products of others (latent attention's keys and values):
// made from what plays its roles.
#pragma once

#include <memory>
#include <vector>

#include "models/role_views.hpp"

namespace kindred::models {

struct RoleProducts {
  std::vector<std::shared_ptr<const Shard>> made;  // that views refer to
  HeadShape heads;                                 // of those that were made
};

// Adds them to `views`; what can't be made becomes a misfit.
RoleProducts makeProducts(const Checkpoint& checkpoint, const Architecture& architecture,
                          const Dimensions& stated, RoleViews& views);

}  // namespace kindred::models
