#include "fingerprint/sketch.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include <kindred/analysis/stats/row_products.hpp>
#include <kindred/random.hpp>

namespace kindred::fingerprint {
namespace {

constexpr std::uint64_t kSeed = 0x6b696e6472656431;  // "kindred1": the format fixes it

using Words = const std::uint64_t*;

// Bits in which a row and each of the others differ. A number of words that the compiler knows
// keeps the row in registers: twice as fast. kWords 0: any number.
template <std::size_t kWords>
[[gnu::always_inline]] inline void countDiffering(Words row, Words others, std::size_t stride,
                                                  std::size_t count, std::size_t words,
                                                  std::uint32_t* into) {
  const std::size_t each = kWords > 0 ? kWords : words;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t differing = 0;
    for (std::size_t w = 0; w < each; ++w) {
      differing +=
          static_cast<std::uint32_t>(__builtin_popcountll(row[w] ^ others[i * stride + w]));
    }
    into[i] = differing;
  }
}

[[gnu::always_inline]] inline void countAny(Words row, Words others, std::size_t stride,
                                            std::size_t count, std::size_t words,
                                            std::uint32_t* into) {
  const bool known = [&]<std::size_t... kWords>(std::index_sequence<kWords...>)
      __attribute__((always_inline)) {
    return ((words == kWords + 1 &&
             (countDiffering<kWords + 1>(row, others, stride, count, words, into), true)) ||
            ...);
  }
  (std::make_index_sequence<8>());
  if (!known) countDiffering<0>(row, others, stride, count, words, into);
}

constexpr std::size_t kWidest = 1024;  // of rows that are widened once

// Products of 16 bits, which processors add up in pairs.
[[gnu::always_inline]] inline void multiply(const std::int8_t* row, const std::int8_t* others,
                                            std::size_t stride, std::size_t count,
                                            std::size_t width, std::int32_t* into) {
  std::int16_t wide[kWidest];
  for (std::size_t i = 0; i < count; ++i) into[i] = 0;
  for (std::size_t first = 0; first < width; first += kWidest) {
    const std::size_t some = std::min(kWidest, width - first);
    std::copy_n(row + first, some, wide);
    for (std::size_t i = 0; i < count; ++i) {
      const std::int8_t* other = others + i * stride + first;
      std::int32_t sum = 0;
      for (std::size_t c = 0; c < some; ++c) {
        const auto value = static_cast<std::int16_t>(int{other[c]});
        sum += wide[c] * value;
      }
      into[i] += sum;
    }
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void multiplyFast(const std::int8_t* row, const std::int8_t* others,
                                                  std::size_t stride, std::size_t count,
                                                  std::size_t width, std::int32_t* into) {
  multiply(row, others, stride, count, width, into);
}

__attribute__((target("avx512f,avx512vl,avx512vpopcntdq"))) void countWide(Words row, Words others,
                                                                           std::size_t stride,
                                                                           std::size_t count,
                                                                           std::size_t words,
                                                                           std::uint32_t* into) {
  countAny(row, others, stride, count, words, into);
}
__attribute__((target("popcnt"))) void countFast(Words row, Words others, std::size_t stride,
                                                 std::size_t count, std::size_t words,
                                                 std::uint32_t* into) {
  countAny(row, others, stride, count, words, into);
}
#endif

void count(Words row, Words others, std::size_t stride, std::size_t count, std::size_t words,
           std::uint32_t* into) {
#if defined(__x86_64__)
  static const bool wide =
      __builtin_cpu_supports("avx512vpopcntdq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  if (wide) return countWide(row, others, stride, count, words, into);
  static const bool fast = __builtin_cpu_supports("popcnt") != 0;
  if (fast) return countFast(row, others, stride, count, words, into);
#endif
  countAny(row, others, stride, count, words, into);
}

// By the excess of equal bits over half of them, so that a turned row gives exactly the negative.
double cosineOf(std::uint32_t differing, std::size_t words) {
  const auto bits = static_cast<double>(64 * words);
  return std::sin(std::numbers::pi / 2 * (bits - 2 * differing) / bits);
}

}  // namespace

std::vector<float> directions(std::size_t width, std::size_t count) {
  std::vector<float> all(width * count);
  for (std::size_t k = 0; k < count; ++k) {
    Random random(kSeed ^ (static_cast<std::uint64_t>(width) << 24) ^ k);
    for (std::size_t c = 0; c < width; ++c) {
      const auto drawn = static_cast<std::int32_t>(static_cast<std::uint32_t>(random() >> 32));
      all[k * width + c] = static_cast<float>(drawn) * 0x1p-31f;
    }
  }
  return all;
}

void addSketches(std::span<const float> rows, std::size_t width, std::span<const float> directions,
                 bool centred, Sketches& into) {
  const std::size_t bits = into.bits;
  if (bits == 0 || width == 0) return;
  std::vector<float> products(bits);
  for (std::size_t at = 0; at + width <= rows.size(); at += width) {
    stats::rowProducts(rows.data() + at, directions.data(), bits, width, products.data());
    const double sum = std::accumulate(products.begin(), products.end(), 0.0);
    const auto mean = static_cast<float>(centred ? sum / static_cast<double>(bits) : 0.0);
    for (std::size_t w = 0; w < bits / 64; ++w) {
      std::uint64_t word = 0;
      for (std::size_t k = 0; k < 64; ++k) {
        word |= std::uint64_t{products[64 * w + k] > mean} << k;
      }
      into.words.push_back(word);
    }
  }
}

double cosine(const std::uint64_t* a, const std::uint64_t* b, std::size_t words) {
  std::uint32_t differing = 0;
  count(a, b, words, 1, words, &differing);
  return cosineOf(differing, words);
}

void agreements(const std::uint64_t* row, const std::uint64_t* others, std::size_t stride,
                std::size_t number, std::size_t words, float* into) {
  constexpr std::size_t kAtOnce = 256;
  std::uint32_t differing[kAtOnce];
  // Monotonic in the cosine and odd, without a sine for each: who compares needs no more.
  const auto bits = static_cast<float>(64 * words);
  for (std::size_t at = 0; at < number; at += kAtOnce) {
    const std::size_t some = std::min(kAtOnce, number - at);
    count(row, others + at * stride, stride, some, words, differing);
    for (std::size_t i = 0; i < some; ++i) {
      into[at + i] = (bits - 2 * static_cast<float>(differing[i])) / bits;
    }
  }
}

void innerProducts(const std::int8_t* row, const std::int8_t* others, std::size_t stride,
                   std::size_t count, std::size_t width, std::int32_t* into) {
#if defined(__x86_64__)
  static const bool fast = __builtin_cpu_supports("avx2") != 0;
  if (fast) return multiplyFast(row, others, stride, count, width, into);
#endif
  multiply(row, others, stride, count, width, into);
}

Sketches chosenBits(const Sketches& sketches, std::span<const std::uint32_t> bits) {
  Sketches chosen{static_cast<std::uint32_t>(bits.size() / 64 * 64), {}};
  if (chosen.bits == 0) return chosen;
  chosen.words.assign(sketches.count() * chosen.wordsEach(), 0);
  for (std::size_t i = 0; i < sketches.count(); ++i) {
    const std::uint64_t* from = sketches.row(i);
    std::uint64_t* to = chosen.words.data() + i * chosen.wordsEach();
    for (std::size_t k = 0; k < chosen.bits; ++k) {
      to[k / 64] |= (from[bits[k] / 64] >> (bits[k] % 64) & 1) << (k % 64);
    }
  }
  return chosen;
}

}  // namespace kindred::fingerprint
