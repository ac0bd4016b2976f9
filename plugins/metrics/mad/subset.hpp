// Which elements of a sample the quantiles of mad are taken from.
#pragma once

#include <cstdint>

namespace kindred::mad {

// Which elements of a large sample the sketch looks at: all of up to 2^22, else 64 neighbours at a
// pseudo-random place in each run of 64 * k, about 2^21 in all. Depends on the element's position
// and the number of elements alone.
class Subset {
 public:
  explicit Subset(std::uint64_t elements);

  // Calls f(first, last) for each chosen run of positions in [begin, end).
  template <class F>
  void visit(std::uint64_t begin, std::uint64_t end, F&& f) const {
    if (groups_ == 1) return f(begin, end);
    const std::uint64_t run = kGroup * groups_;
    for (std::uint64_t index = begin / run; index * run < end; ++index) {
      const std::uint64_t chosen = index * run + kGroup * chosenOf(index);
      const std::uint64_t first = chosen < begin ? begin : chosen;
      const std::uint64_t last = chosen + kGroup < end ? chosen + kGroup : end;
      if (first < last) f(first, last);
    }
  }

 private:
  static constexpr std::uint64_t kGroup = 64;

  std::uint64_t chosenOf(std::uint64_t index) const;

  std::uint64_t groups_ = 1;  // in a run, of which one is chosen
};

}  // namespace kindred::mad
