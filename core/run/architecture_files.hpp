// Architecture files of the user's own, as results name them.
#pragma once

#include <string>

#include "models/architecture.hpp"

namespace kindred::run {

// "mine.yaml (XXH3-128 0123...)", for each file behind the architecture that did not ship with the
// program; empty where all did.
std::string foreignFiles(const models::Architecture& architecture);

}  // namespace kindred::run
