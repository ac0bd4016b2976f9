#include <unistd.h>

#include <cstdlib>
#include <string_view>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "cli/command.hpp"
#include "cli/main.hpp"
#include "run/errand.hpp"

namespace {

using kindred::cli::kBadInput;

// Matrices of some megabytes come and go by the hundred. Left to itself, glibc gives each back to
// the system, which hands it out again page by page: a fifth of the time of a comparison.
void keepFreedMemory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

// OpenBLAS begins a thread for each core when a plugin brings it along, each with a buffer of 128
// MiB; work is shared out by pairs and tensors instead.
void keepProductsOnTheirThread() { ::setenv("OPENBLAS_NUM_THREADS", "1", 1); }

// The process that is to come to an end by itself; none once it has.
pid_t at_work = 0;

// A plugin may call exit() in this process, where its parameters are checked: nobody who waits for
// the program must take that for an answer.
void sayEndedEarly() {
  if (at_work != ::getpid()) return;
  constexpr std::string_view kSaid =
      "kindred: a plugin called exit() before the command came to its end, so nothing is to be "
      "believed of it (kindred plugins lists those that did not come with the program)\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kSaid.data(), kSaid.size());
  ::_exit(kBadInput);
}

}  // namespace

int main(int argc, char** argv) {
  keepFreedMemory();
  keepProductsOnTheirThread();
  // Of a process that computes a plugin's part for another that one says what became of it.
  if (std::getenv(kindred::run::errand::kUnit) == nullptr) {
    at_work = ::getpid();
    std::atexit(sayEndedEarly);
  }
  const int code = kindred::cli::main(argc, argv);
  at_work = 0;
  return code;
}
