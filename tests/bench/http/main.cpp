// The remote source against its peers: the curl program, and the way of one request after another.
//   bench_http [giants] [hub] [latency] [bulk]
#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench.hpp"

int main(int count, char** words) {
  using namespace kindred::bench;
  const std::vector<std::pair<std::string, std::function<void()>>> parts{
      // A program is charged with the memory of the process that starts it: the large buffers last.
      {"giants", giants},
      {"hub", hub},
      {"latency", latency},
      {"bulk", bulk}};
  const std::vector<std::string> chosen(words + 1, words + count);
  try {
    for (const auto& [name, part] : parts) {
      if (!chosen.empty() && std::find(chosen.begin(), chosen.end(), name) == chosen.end())
        continue;
      std::printf("%s\n", name.c_str());
      part();
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_http: %s\n", error.what());
    return 1;
  }
  return allMet() ? 0 : 3;
}
