// One model against many: `kindred identify` among fingerprints of models that were all trained.
#pragma once

#include <cstddef>
#include <filesystem>

namespace kindred::calibration {

// Trains `count` independent models of three widths, writes their fingerprints, and asks for a
// descendant of one of them and for a stranger. Prints time, memory and what was said; false where
// that is not the truth.
bool measureRegistry(std::size_t count, const std::filesystem::path& folder);

}  // namespace kindred::calibration
