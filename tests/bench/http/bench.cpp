#include "bench.hpp"

#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <stdexcept>

#include "servers/spawn.hpp"
#include "support/loaded_plugin.hpp"

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

bool all_met = true;

}  // namespace

Spent runProgram(const std::vector<std::string>& command) {
  const auto start = Clock::now();
  const pid_t child = servers::spawn(command, false);
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

std::unique_ptr<Source> makeSource(Changes changes) {
  changes.insert(changes.begin(), {{"layout", "files"}, {"cache-size", "0"}});
  return support::load<Source>("http-range", std::move(changes));
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

void target(const std::string& name, double value, bool at_least, double limit) {
  const bool met = at_least ? value >= limit : value <= limit;
  all_met = all_met && met;
  std::printf("  %-58s %8.3f  (%s %g: %s)\n", name.c_str(), value,
              at_least ? "at least" : "at most", limit, met ? "met" : "NOT MET");
  std::fflush(stdout);
}

bool allMet() { return all_met; }

}  // namespace kindred::bench
