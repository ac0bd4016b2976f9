#include <kindred/analysis/stats/row_products.hpp>

#include <cstring>

namespace kindred::stats {
namespace {

using Eight [[gnu::vector_size(32)]] = float;  // one register of the wide instructions

constexpr std::size_t kSums = 4;  // side by side, so that none waits for another
constexpr std::size_t kLanes = 8 * kSums;

[[gnu::always_inline]] inline void multiply(const float* row, const float* others,
                                            std::size_t count, std::size_t width, float* into) {
  for (std::size_t other = 0; other < count; ++other, others += width) {
    Eight sums[kSums] = {};
    std::size_t i = 0;
    for (; i + kLanes <= width; i += kLanes) {
      for (std::size_t k = 0; k < kSums; ++k) {
        Eight x, y;
        std::memcpy(&x, row + i + 8 * k, sizeof x);
        std::memcpy(&y, others + i + 8 * k, sizeof y);
        sums[k] += x * y;
      }
    }
    const Eight all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    float sum = 0;
    for (std::size_t k = 0; k < 8; ++k) sum += all[k];
    for (; i < width; ++i) sum += row[i] * others[i];
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

void rowProducts(const float* row, const float* others, std::size_t count, std::size_t width,
                 float* into) {
#if defined(__x86_64__)
  static const bool wide = __builtin_cpu_supports("avx2") != 0;
  if (wide) return multiplyWide(row, others, count, width, into);
#endif
  multiply(row, others, count, width, into);
}

}  // namespace kindred::stats
