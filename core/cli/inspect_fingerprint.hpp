// kindred inspect FILE.kfp: what a fingerprint is of, and what it holds.
#pragma once

#include "cli/command.hpp"

namespace kindred::cli {

int inspectFingerprint(const Invocation& invocation);

}  // namespace kindred::cli
