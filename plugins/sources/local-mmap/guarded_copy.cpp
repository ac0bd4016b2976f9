#include "guarded_copy.hpp"

#include <atomic>
#include <csetjmp>
#include <csignal>
#include <cstdint>
#include <cstring>

namespace kindred::local {

namespace {

// What the thread is copying from, and where to land if that raises SIGBUS.
struct Landing {
  volatile std::uintptr_t first = 0;
  volatile std::uintptr_t last = 0;  // one past the end; 0: no copy is under way
  sigjmp_buf buffer;
};

thread_local Landing landing;
struct sigaction previous;

void passOn(int signal, siginfo_t* info, void* context) {
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
  } else {
    // The access faults again when we return, and then ends the program as it would have.
    sigaction(signal, &previous, nullptr);
  }
}

void onBusError(int signal, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  if (address >= landing.first && address < landing.last) siglongjmp(landing.buffer, 1);
  passOn(signal, info, context);
}

bool install() {
  struct sigaction action = {};
  action.sa_sigaction = onBusError;
  // SA_NODEFER: the handler is left by a jump, which must not leave the signal blocked. That spares
  // each copy the system call that would save the mask.
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  return sigaction(SIGBUS, &action, &previous) == 0;
}

}  // namespace

bool guardedCopy(std::byte* to, const std::byte* from, std::size_t size) {
  static const bool installed = install();
  if (!installed) return false;
  // Nothing with a destructor may live between here and the end: the jump would skip it.
  if (sigsetjmp(landing.buffer, 0) != 0) {
    landing.last = 0;
    return false;
  }
  landing.first = reinterpret_cast<std::uintptr_t>(from);
  landing.last = reinterpret_cast<std::uintptr_t>(from) + size;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::memcpy(to, from, size);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  landing.last = 0;
  return true;
}

}  // namespace kindred::local
