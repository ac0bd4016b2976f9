// Whether a product of matrices finds the address space that OpenBLAS works in.
#pragma once

namespace kindred {

// OpenBLAS maps a buffer (128 MiB on x86-64) for each product under way, keeps it, and where it
// gets none asks for ever. So ask this first; it looks where the process has a limit (ulimit -v).
// [any-thread]
bool roomForProduct();

}  // namespace kindred
