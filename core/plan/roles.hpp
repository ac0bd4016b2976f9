// Roles that selections ask for, held against all that architecture files know.
#pragma once

#include <vector>

#include "models/architecture.hpp"
#include "recipe/values.hpp"

namespace kindred::plan {

// Adds to `diagnostics`, once for each place, the roles that no architecture has. Which of the
// others a model has is seen when it is opened.
void checkRoles(const std::vector<recipe::RoleAsked>& asked,
                const models::ArchitectureRegistry& architectures,
                std::vector<recipe::Diagnostic>& diagnostics);

}  // namespace kindred::plan
