#include "run/memory.hpp"

#include <fstream>
#include <string>

namespace kindred::run {

std::uint64_t privateMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "RssAnon:") continue;
    std::uint64_t kib = 0;
    return status >> kib ? kib * 1024 : 0;
  }
  return 0;
}

}  // namespace kindred::run
