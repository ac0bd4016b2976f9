// What a program or a piece of work takes.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace kindred::bench {

struct Spent {
  double seconds = 0;    // by the clock
  double processor = 0;  // of all processors, user and system
  long peak_kib = 0;     // largest resident set; children only
};

// Runs a program to its end, silently or not; throws std::runtime_error where it fails.
Spent runProgram(const std::vector<std::string>& command, bool quiet = false);

// What this process spends in `work`.
Spent measured(const std::function<void()>& work);

// Of several runs, the shortest by the clock.
Spent bestOf(int runs, const std::function<Spent()>& run);

}  // namespace kindred::bench
