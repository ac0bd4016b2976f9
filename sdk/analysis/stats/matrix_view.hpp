// A borrowed row-major matrix.
#pragma once

#include <cstddef>
#include <span>

namespace kindred::stats {

template <class T>
struct MatrixView {
  std::span<const T> values;  // rows * columns
  std::size_t rows = 0;
  std::size_t columns = 0;

  const T* row(std::size_t i) const { return values.data() + i * columns; }
};

}  // namespace kindred::stats
