#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "cli/main.hpp"

namespace {

// Matrices of some megabytes come and go by the hundred. Left to itself, glibc gives each back to
// the system, which hands it out again page by page: a fifth of the time of a comparison.
void keepFreedMemory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  keepFreedMemory();
  return kindred::cli::main(argc, argv);
}
