// Ctrl-C: during a run the first asks it to stop and save what it has, the second ends the program.
// Work that doesn't stop (a long call into a library) is left behind after kPatience. Where nothing
// is under way that could be saved, the first ends the program.
#pragma once

#include <string>

namespace kindred::run {

inline constexpr long kPatienceMilliseconds = 1700;

// From now on, where no guard lives, SIGINT and SIGTERM end the process with exit code 130, which
// is said on standard error. A signal that is ignored stays ignored.
void endOnSignals();

// While one lives, SIGINT and SIGTERM set interrupted(), which is also the flag of
// kindred/analysis/stop/stop.hpp. Where the guard still lives after kPatienceMilliseconds, the
// process ends with exit code 130.
class InterruptGuard {
 public:
  // What is said at once on standard error of what is kept, ended by a space or line.
  explicit InterruptGuard(const std::string& said = "what was measured is saved. ");
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

// False where no guard lives.
bool interrupted();
// As if a signal had come, without a word.
void interrupt();

}  // namespace kindred::run
