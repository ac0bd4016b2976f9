// What the library that holds MPI exports. The program opens it only where it was started under
// mpirun or srun, and needs no MPI otherwise.
#pragma once

#include "run/ranks.hpp"

namespace kindred::run {

inline constexpr const char* kRanksLibrary = "libkindred_ranks.so";
inline constexpr const char* kMakeRanks = "kindred_ranks_" KINDRED_RANKS_VERSION;
using MakeRanks = Ranks*();  // the caller owns it; once a process

}  // namespace kindred::run
