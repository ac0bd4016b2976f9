// Starts programs without fork(): a forked parent pays for a copy of every page that it writes
// next, which a benchmark would count against whatever it measures then.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace kindred::servers {

// The program's process; to be waited for. `quiet`: what it reads and writes is nothing.
// Throws std::runtime_error where there is no such program.
pid_t spawn(std::vector<std::string> command, bool quiet);

}  // namespace kindred::servers
