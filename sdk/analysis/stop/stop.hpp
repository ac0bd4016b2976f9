// Whether whoever started the program has asked it to stop: for plugins and libraries that compute
// for longer than a second or so.
//
//   for (std::uint64_t block = 0; block < blocks; ++block) {
//     kindred::stopWhereAsked();
//     ...
//   }
//
// Threads of one's own end their loops where stopAsked(), and the thread that waits for them
// throws.
#pragma once

#include <atomic>

extern "C" {
// The host's flag. The host sets this in each library that has it, when it opens the library; null:
// nobody asks.
__attribute__((visibility("default"))) inline const std::atomic<bool>* kindred_stop = nullptr;
}

namespace kindred {

// Thrown out of work that nobody wants any more: no error, and the host alone catches it.
struct __attribute__((visibility("default"))) Stopped {};

// [any-thread]
inline bool stopAsked() noexcept {
  return kindred_stop != nullptr && kindred_stop->load(std::memory_order_relaxed);
}
inline void stopWhereAsked() {
  if (stopAsked()) throw Stopped{};
}

}  // namespace kindred
