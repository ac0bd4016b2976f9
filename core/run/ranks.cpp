#include "run/ranks.hpp"

#include <dlfcn.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "plugin/installation.hpp"
#include "run/ranks_library.hpp"

namespace kindred::run {
namespace {

std::uint64_t numberIn(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
}

std::uint64_t firstOf(std::initializer_list<const char*> variables) {
  for (const char* variable : variables) {
    if (const std::uint64_t number = numberIn(variable)) return number;
  }
  return 0;
}

// As mpirun of Open MPI, any PMI, and srun tell it to the processes that they start.
std::uint64_t processes() {
  return firstOf({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"});
}

}  // namespace

std::unique_ptr<Ranks> startRanks() {
  const std::uint64_t count = processes();
  if (count < 2) return nullptr;
  const std::filesystem::path file = plugin::builtinPlugins().parent_path() / kRanksLibrary;
  // MPI's own parts, which it opens itself, look its symbols up among all.
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
  if (library == nullptr) {
    throw inputError(
        file.string(),
        fmt::format("can't be opened, and {} processes were started: {}", count, ::dlerror()),
        "build Kindred where libopenmpi-dev and libboost-mpi-dev are installed, or "
        "start it without mpirun");
  }
  auto* make = reinterpret_cast<MakeRanks*>(::dlsym(library, kMakeRanks));
  if (make == nullptr) {
    throw inputError(file.string(), "is of another version of Kindred", "install one of them");
  }
  std::unique_ptr<Ranks> ranks(make());
  if (ranks->size() < 2) return nullptr;
  return ranks;
}

unsigned threadsOfRank() {
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  cpu_set_t allowed;
  const bool told = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0;
  const auto own = told ? static_cast<unsigned>(CPU_COUNT(&allowed)) : cores;
  if (own < cores) return std::max(1u, own);  // bound to them
  const std::uint64_t here =
      firstOf({"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_NTASKS_PER_NODE"});
  return std::max(1u, cores / static_cast<unsigned>(std::clamp<std::uint64_t>(here, 1, 1024)));
}

}  // namespace kindred::run
