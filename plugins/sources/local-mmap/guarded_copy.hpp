// Copies out of a mapped file. A page of a mapping whose file has shrunk raises SIGBUS when
// touched; here that is a return value instead of the end of the program.
#pragma once

#include <cstddef>

namespace kindred::local {

// Copies `size` bytes from `from`, which lies in a mapped file. False: some of it could no longer
// be read, and `to` is unspecified. Other SIGBUS signals go to the handler that was there before.
// [any-thread]
bool guardedCopy(std::byte* to, const std::byte* from, std::size_t size);

}  // namespace kindred::local
