#include <kindred/analysis/stats/detail/class_minima.hpp>

#include <limits>

#include <kindred/analysis/stats/clones.hpp>

namespace kindred::stats {

namespace {

// Forced inline, so that each clone of a caller vectorises them for its own processor. Loops run
// over kBlock lanes with constant bounds; `x < m ? x : m` is one vector minimum.
#define KINDRED_INLINE __attribute__((always_inline)) inline

template <class T>
KINDRED_INLINE bool classMinimaOf(const T* row, std::size_t columns, T sign, T* minima) {
  T least[kBlock];
  T finite[kBlock];  // 0 * x stays 0 unless some x was infinite or not a number
  for (std::size_t c = 0; c < kBlock; ++c) {
    least[c] = std::numeric_limits<T>::infinity();
    finite[c] = 0;
  }
  std::size_t j = 0;
  for (; j + kBlock <= columns; j += kBlock) {
    for (std::size_t c = 0; c < kBlock; ++c) {
      const T x = sign * row[j + c];
      least[c] = x < least[c] ? x : least[c];
      finite[c] += x * 0;
    }
  }
  for (std::size_t c = 0; j < columns; ++j, ++c) {
    const T x = sign * row[j];
    least[c] = x < least[c] ? x : least[c];
    finite[c] += x * 0;
  }
  bool all = true;
  for (std::size_t c = 0; c < kBlock; ++c) {
    minima[c] = least[c];
    all = all && finite[c] == 0;
  }
  return all;
}

template <class T>
KINDRED_INLINE void reducedClassMinimaOf(const T* row, const double* price, std::size_t columns,
                                         double sign, double* minima) {
  double least[kBlock];
  for (double& x : least) x = std::numeric_limits<double>::infinity();
  std::size_t j = 0;
  for (; j + kBlock <= columns; j += kBlock) {
    for (std::size_t c = 0; c < kBlock; ++c) {
      const double x = sign * row[j + c] - price[j + c];
      least[c] = x < least[c] ? x : least[c];
    }
  }
  for (std::size_t c = 0; j < columns; ++j, ++c) {
    const double x = sign * row[j] - price[j];
    least[c] = x < least[c] ? x : least[c];
  }
  for (std::size_t c = 0; c < kBlock; ++c) minima[c] = least[c];
}

template <class T>
KINDRED_INLINE std::size_t blocksBelowOf(const T* row, const double* price, const double* limit,
                                         double ceiling, std::size_t columns, double sign,
                                         double offset, std::uint32_t* blocks) {
  std::size_t found = 0;
  std::size_t j = 0;
  for (; j + kBlock <= columns; j += kBlock) {
    std::int64_t below = 0;
    for (std::size_t c = 0; c < kBlock; ++c) {
      const double cap = limit[j + c] < ceiling ? limit[j + c] : ceiling;
      below |= sign * row[j + c] - price[j + c] - offset < cap ? -1 : 0;
    }
    blocks[found] = static_cast<std::uint32_t>(j / kBlock);
    found += below != 0;
  }
  if (j < columns) blocks[found++] = static_cast<std::uint32_t>(j / kBlock);
  return found;
}

}  // namespace

KINDRED_CLONES bool classMinima(const float* row, std::size_t columns, float sign, float* minima) {
  return classMinimaOf(row, columns, sign, minima);
}

KINDRED_CLONES bool classMinima(const double* row, std::size_t columns, double sign,
                                double* minima) {
  return classMinimaOf(row, columns, sign, minima);
}

KINDRED_CLONES void reducedClassMinima(const float* row, const double* price, std::size_t columns,
                                       double sign, double* minima) {
  reducedClassMinimaOf(row, price, columns, sign, minima);
}

KINDRED_CLONES void reducedClassMinima(const double* row, const double* price, std::size_t columns,
                                       double sign, double* minima) {
  reducedClassMinimaOf(row, price, columns, sign, minima);
}

KINDRED_CLONES std::size_t blocksBelow(const float* row, const double* price, const double* limit,
                                       double ceiling, std::size_t columns, double sign,
                                       double offset, std::uint32_t* blocks) {
  return blocksBelowOf(row, price, limit, ceiling, columns, sign, offset, blocks);
}

KINDRED_CLONES std::size_t blocksBelow(const double* row, const double* price, const double* limit,
                                       double ceiling, std::size_t columns, double sign,
                                       double offset, std::uint32_t* blocks) {
  return blocksBelowOf(row, price, limit, ceiling, columns, sign, offset, blocks);
}

}  // namespace kindred::stats
