// kindred compare where one of the models is a fingerprint.
#pragma once

#include "cli/command.hpp"
#include "cli/compared.hpp"

namespace kindred::cli {

bool hasFingerprint(const Compared& compared);

// Compares each two of them as fingerprints, those of models being made on the way, and prints what
// compare prints: the exit code's meaning is the same.
int compareFingerprints(const Invocation& invocation, const Compared& compared);

}  // namespace kindred::cli
