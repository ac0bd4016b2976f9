#include "subset.hpp"

#include <kindred/random.hpp>

namespace kindred::mad {

Subset::Subset(std::uint64_t elements) {
  constexpr std::uint64_t kAll = std::uint64_t{1} << 22;
  constexpr std::uint64_t kWanted = std::uint64_t{1} << 21;
  if (elements > kAll) groups_ = elements / kWanted;
}

std::uint64_t Subset::chosenOf(std::uint64_t index) const {
  // At a fixed place the groups would fall into the same columns of a matrix again and again.
  return Random(index).below(groups_);
}

}  // namespace kindred::mad
