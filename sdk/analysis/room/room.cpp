#include <kindred/analysis/room/room.hpp>

#include <sys/mman.h>
#include <sys/resource.h>

#include <cstddef>

namespace kindred {
namespace {

// A buffer, and the arena that the C library begins for a thread beside it.
constexpr std::size_t kRoom = std::size_t{192} << 20;

}  // namespace

bool roomForProduct() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return true;
  void* room =
      ::mmap(nullptr, kRoom, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return room != MAP_FAILED && ::munmap(room, kRoom) == 0;
}

}  // namespace kindred
