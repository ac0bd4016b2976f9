#include "constants/product.hpp"

namespace kindred::constants {
namespace {

// So many sums side by side that none waits for another.
constexpr std::size_t kLanes = 32;

[[gnu::always_inline]] inline void multiply(const float* row, const float* others,
                                            std::size_t count, std::size_t width, float* into) {
  for (std::size_t other = 0; other < count; ++other, others += width) {
    float sums[kLanes] = {};
    std::size_t i = 0;
    for (; i + kLanes <= width; i += kLanes) {
      for (std::size_t k = 0; k < kLanes; ++k) sums[k] += row[i + k] * others[i + k];
    }
    for (; i < width; ++i) sums[0] += row[i] * others[i];
    float sum = 0;
    for (const float each : sums) sum += each;
    into[other] = sum;
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void multiplyWide(const float* row, const float* others,
                                                  std::size_t count, std::size_t width,
                                                  float* into) {
  multiply(row, others, count, width, into);
}
#endif

}  // namespace

void products(const float* row, const float* others, std::size_t count, std::size_t width,
              float* into) {
#if defined(__x86_64__)
  static const bool wide = __builtin_cpu_supports("avx2") != 0;
  if (wide) return multiplyWide(row, others, count, width, into);
#endif
  multiply(row, others, count, width, into);
}

}  // namespace kindred::constants
