#include "plan/sample.hpp"

#include <algorithm>
#include <set>

#include <kindred/random.hpp>

namespace kindred::plan {
namespace {

// `count` of the numbers below `bound`, ascending (Floyd's algorithm, CACM 30(9), 1987).
std::set<std::uint64_t> draw(std::uint64_t count, std::uint64_t bound, std::uint64_t seed) {
  Random random(seed);
  std::set<std::uint64_t> drawn;
  for (std::uint64_t j = bound - count; j < bound; ++j) {
    const std::uint64_t candidate = random.below(j + 1);
    if (!drawn.insert(candidate).second) drawn.insert(j);
  }
  return drawn;
}

bool takesAll(const recipe::Sample& sample, std::uint64_t elements) {
  if (sample.kind == recipe::Sample::Kind::head) return sample.count >= elements;
  if (sample.kind == recipe::Sample::Kind::blocks) return elements / sample.size <= sample.count;
  return true;
}

std::vector<Segment> contiguous(std::uint64_t elements) {
  std::vector<Segment> cut;
  for (std::uint64_t first = 0; first < elements; first += kSegment) {
    const std::uint64_t count = std::min(kSegment, elements - first);
    cut.push_back({first, count, {{first, count}}});
  }
  return cut;
}

std::vector<Segment> blocks(const recipe::Sample& sample, std::uint64_t elements) {
  std::vector<Segment> cut;
  std::uint64_t position = 0;
  for (const std::uint64_t block : draw(sample.count, elements / sample.size, sample.seed)) {
    // A block that does not fit into the segment is cut, so that memory stays bounded.
    for (std::uint64_t done = 0; done < sample.size;) {
      if (cut.empty() || cut.back().elements == kSegment) cut.push_back({position, 0, {}});
      Segment& segment = cut.back();
      const std::uint64_t count = std::min(sample.size - done, kSegment - segment.elements);
      segment.runs.push_back({block * sample.size + done, count});
      segment.elements += count;
      position += count;
      done += count;
    }
  }
  return cut;
}

}  // namespace

std::uint64_t elementsOf(const std::vector<Segment>& segments) {
  return segments.empty() ? 0 : segments.back().position + segments.back().elements;
}

std::vector<Segment> segments(const recipe::Sample& sample, std::uint64_t elements) {
  if (takesAll(sample, elements)) return contiguous(elements);
  return sample.kind == recipe::Sample::Kind::head ? contiguous(sample.count)
                                                   : blocks(sample, elements);
}

}  // namespace kindred::plan
