// Which elements of a tensor are read, cut into segments that do not depend on threads.
#pragma once

#include <cstdint>
#include <vector>

#include "recipe/values.hpp"

namespace kindred::plan {

struct Run {
  std::uint64_t first;  // element
  std::uint64_t count;
};

// One accumulator's work: runs of elements that together hold at most kSegment.
struct Segment {
  std::uint64_t position = 0;  // of the first element in the sample
  std::uint64_t elements = 0;
  std::vector<Run> runs;  // ascending, disjoint
};

inline constexpr std::uint64_t kSegment = std::uint64_t{1} << 22;  // elements; a multiple of kBlock

// The sample of a tensor of `elements`. Blocks are drawn without replacement from the tensor's
// floor(elements / size) whole blocks; a tensor with no more than the wanted number is read whole.
std::vector<Segment> segments(const recipe::Sample& sample, std::uint64_t elements);
// How many elements they hold in all.
std::uint64_t elementsOf(const std::vector<Segment>& segments);

}  // namespace kindred::plan
