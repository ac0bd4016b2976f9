// The part of a model that a role belongs to.
#pragma once

#include <string>
#include <string_view>

namespace kindred::models {

// "embeddings", "attention", "MLP", "norms", "router", "head", "vision tower" or "other": by a
// tensor's role; the vision tower, which has none, by name.
std::string componentOf(std::string_view role, std::string_view tensor = {});

}  // namespace kindred::models
