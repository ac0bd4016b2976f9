#include "run/executor.hpp"

#include <algorithm>

#include "run/memory.hpp"

namespace kindred::run {

void Executor::noteMemory() { peak_memory_bytes = std::max(peak_memory_bytes, privateMemory()); }

}  // namespace kindred::run
