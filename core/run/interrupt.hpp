// Ctrl-C: the first asks the run to stop and save what it has, the second ends the program.
#pragma once

namespace kindred::run {

// While one lives, SIGINT and SIGTERM set interrupted().
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
};

bool interrupted();

}  // namespace kindred::run
