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

// OpenBLAS begins a thread for each core when a plugin brings it along, each with a buffer of 128
// MiB; work is shared out by pairs and tensors instead.
void keepProductsOnTheirThread() { ::setenv("OPENBLAS_NUM_THREADS", "1", 1); }

}  // namespace

int main(int argc, char** argv) {
  keepFreedMemory();
  keepProductsOnTheirThread();
  return kindred::cli::main(argc, argv);
}
