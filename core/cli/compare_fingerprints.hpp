// kindred compare where one of the two is a fingerprint.
#pragma once

#include "cli/command.hpp"

namespace kindred::cli {

// Whether one of the two models named is a fingerprint.
bool comparesFingerprints(const Invocation& invocation);

// Compares the two as fingerprints, that of a model being made on the way, and prints what
// compare prints: the exit code's meaning is the same.
int compareFingerprints(const Invocation& invocation);

}  // namespace kindred::cli
