// KINDRED_CLONES before a function: it is compiled for several vector widths, and the loader picks
// the widest that the processor has. Results are the same bits in each, since contraction is off
// and the functions fix their order of summation. Sanitizers must see plain functions: the loader
// picks before they are set up.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define KINDRED_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define KINDRED_CLONES
#endif
