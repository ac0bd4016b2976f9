#include "bench.hpp"
namespace kindred::bench {
void giants() {}
}  // namespace kindred::bench
