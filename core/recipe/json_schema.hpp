// Tables of what may be written as JSON Schema (draft 2020-12), for editors.
#pragma once

#include <span>
#include <string>

#include "recipe/schema.hpp"

namespace kindred::recipe {

// Of documents of the shape `root`; each of `titled`, the root among them, is defined once.
std::string jsonSchema(const Shape& root, std::span<const Shape* const> titled);

}  // namespace kindred::recipe
