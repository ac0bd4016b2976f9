// How much memory the process keeps to itself.
#pragma once

#include <cstdint>

namespace kindred::run {

// Anonymous resident memory now, in bytes (RssAnon): mapped files, which the kernel can drop, are
// not in it. 0 where the system does not say.
std::uint64_t privateMemory();

}  // namespace kindred::run
