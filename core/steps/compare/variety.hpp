// How varied a tensor's elements are: what tells weights from masks, tables of few values and
// zeros.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <kindred/tensor.hpp>

namespace kindred::steps {

// Watches a tensor's bytes flow past and looks at its first elements and at as many from its
// middle.
class Variety {
 public:
  explicit Variety(const TensorInfo& tensor);
  // The next bytes of the tensor, in order.
  void add(std::span<const std::byte> raw);
  // Empirical entropy of an element (packed dtypes: of a byte), as its stored bits; 0: constant or
  // empty. Not above 14, the logarithm of how many are looked at.
  double bits() const;

 private:
  struct Window {
    std::uint64_t first = 0, end = 0;  // bytes of the tensor
    std::vector<std::byte> raw;
  };
  std::size_t unit_;  // bytes of an element
  std::uint64_t seen_ = 0;
  std::vector<Window> windows_;
};

}  // namespace kindred::steps
