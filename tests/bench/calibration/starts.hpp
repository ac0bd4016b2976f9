// Descent and a shared start: models trained on from others, and models trained apart from one
// start.
#pragma once

#include <cstddef>
#include <filesystem>

namespace kindred::calibration {

// Prints what the two kinds come to for `starts` starts, six pairs of each. False: the words that
// the program says of a pair were right less often than it says.
bool measureStarts(std::size_t starts, const std::filesystem::path& folder);

}  // namespace kindred::calibration
