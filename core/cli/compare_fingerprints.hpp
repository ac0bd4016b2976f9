// kindred compare where one of the models is a fingerprint.
#pragma once

#include <filesystem>

#include "cli/command.hpp"
#include "cli/compared.hpp"

namespace kindred::cli {

bool hasFingerprint(const Compared& compared);

// Compares each two of them as fingerprints, those of models being made on the way, and prints and
// writes into `out` what compare does, but a recipe: the exit code's meaning is the same.
int compareFingerprints(const Invocation& invocation, const Compared& compared,
                        const std::filesystem::path& out);

}  // namespace kindred::cli
