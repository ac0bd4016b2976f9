// kindred verify FILE.kbundle: does a bundle hold what its hashes are of, and what its servers
// have?
#pragma once

#include "cli/command.hpp"

namespace kindred::cli {

// The exit code is that of verify: 3 where anything differs. What could not be asked is said.
int verifyBundle(const Invocation& invocation);

}  // namespace kindred::cli
