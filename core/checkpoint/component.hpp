// The part of a model that a role belongs to.
#pragma once

#include <string>
#include <string_view>

namespace kindred::checkpoint {

// "embeddings", "attention", "MLP", "norms", "router", "head" or "other".
std::string componentOf(std::string_view role);

}  // namespace kindred::checkpoint
