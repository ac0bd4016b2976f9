// Streams that were made wider by copying their coordinates, and trained since: no cosine may tell
// the copies any more, and yet each leans towards its own in every model that was made so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace kindred::align {

// A way of widening a stream, and the neighbours among its copies, the smaller number first. They
// have no cycle: where the signs of all coordinates are fair coins, those of the neighbours'
// products are, too.
struct Widened {
  std::string what;  // "the stream stands 2 times, copy behind copy"
  std::vector<std::pair<std::uint32_t, std::uint32_t>> neighbours;
};

// Two, three or four times, as far as the width can be so divided.
std::vector<Widened> waysOfWidening(std::size_t width);

}  // namespace kindred::align
