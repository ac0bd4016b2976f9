#include "bench/spent.hpp"

#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <stdexcept>

#include "servers/spawn.hpp"

namespace kindred::bench {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double processorTime(const rusage& usage) {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

Spent runProgram(const std::vector<std::string>& command, bool quiet) {
  const auto start = Clock::now();
  const pid_t child = servers::spawn(command, quiet);
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child || status != 0) {
    throw std::runtime_error(command[0] + " failed with status " + std::to_string(status));
  }
  return {secondsSince(start), processorTime(usage), usage.ru_maxrss};
}

Spent measured(const std::function<void()>& work) {
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  const auto start = Clock::now();
  work();
  const double seconds = secondsSince(start);
  getrusage(RUSAGE_SELF, &after);
  return {seconds, processorTime(after) - processorTime(before), 0};
}

Spent bestOf(int runs, const std::function<Spent()>& run) {
  Spent best = run();
  for (int i = 1; i < runs; ++i) {
    const Spent next = run();
    if (next.seconds < best.seconds) best = next;
  }
  return best;
}

}  // namespace kindred::bench
