// Independent models in which coins or orders are not as many, or not as random, as they look:
// copies inside a model, read whole or in part; sorted units and coordinates; rows that say
// nothing.
#pragma once

#include <filesystem>
#include <string_view>

namespace kindred::calibration {

// Prints a table for each kind of this name, or for all. False: a pair of strangers was accused, or
// there is no such kind.
bool measureDoubled(std::string_view name, const std::filesystem::path& folder);
// Strangers in every encoding that has a codec: the table in docs/formats.md. False as above.
bool measureStored(const std::filesystem::path& folder);

}  // namespace kindred::calibration
