// Runs a Python script that does a benchmark's task with SciPy, times itself (so that starting up
// does not count) and prints its figures as "name value" lines.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace kindred::bench {

using Figures = std::map<std::string, double>;

// Throws std::runtime_error where no Python with SciPy is found (KINDRED_PYTHON, python3,
// /usr/bin/python3) or the script fails.
Figures runScipy(const std::filesystem::path& script, const std::vector<std::string>& arguments);

// Raw numbers, as numpy.fromfile reads them.
template <class T>
void writeNumbers(const std::filesystem::path& file, std::span<const T> values);

// The shortest of several runs, in seconds.
template <class F>
double shortest(int runs, F&& f) {
  double best = 1e9;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    f();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    best = taken.count() < best ? taken.count() : best;
  }
  return best;
}

}  // namespace kindred::bench
