#include "ranges.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace kindred::http {

std::vector<Extent> joined(std::vector<Extent> extents, std::uint64_t gap) {
  std::erase_if(extents, [](const Extent& e) { return e.length == 0; });
  std::sort(extents.begin(), extents.end(),
            [](const Extent& a, const Extent& b) { return a.offset < b.offset; });
  std::vector<Extent> out;
  for (const Extent& next : extents) {
    if (!out.empty() &&
        (next.offset <= out.back().end() || next.offset - out.back().end() <= gap)) {
      out.back().length = std::max(out.back().end(), next.end()) - out.back().offset;
    } else {
      out.push_back(next);
    }
  }
  return out;
}

std::vector<Extent> planRuns(std::vector<Extent> wanted, std::uint64_t gap, std::uint64_t longest) {
  assert(longest > 0);
  std::vector<Extent> runs;
  for (const Extent& whole : joined(std::move(wanted), gap)) {
    const std::uint64_t parts = (whole.length - 1) / longest + 1;
    const std::uint64_t size = whole.length / parts;
    std::uint64_t longer = whole.length % parts;  // the first parts take one byte more
    std::uint64_t at = whole.offset;
    for (std::uint64_t i = 0; i < parts; ++i) {
      const std::uint64_t length = size + (longer > 0 ? 1 : 0);
      if (longer > 0) --longer;
      runs.push_back({at, length});
      at += length;
    }
  }
  return runs;
}

Scatter::Scatter(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {
  std::sort(pieces_.begin(), pieces_.end(),
            [](const Piece& a, const Piece& b) { return a.offset < b.offset; });
  for (const Piece& piece : pieces_) {
    longest_ = std::max<std::uint64_t>(longest_, piece.into.size());
  }
}

void Scatter::put(std::uint64_t offset, std::span<const std::byte> bytes) const {
  const std::uint64_t end = offset + bytes.size();
  const std::uint64_t earliest = offset > longest_ ? offset - longest_ : 0;
  auto piece = std::lower_bound(pieces_.begin(), pieces_.end(), earliest,
                                [](const Piece& p, std::uint64_t at) { return p.offset < at; });
  for (; piece != pieces_.end() && piece->offset < end; ++piece) {
    const std::uint64_t first = std::max(piece->offset, offset);
    const std::uint64_t last = std::min(piece->end(), end);
    if (first >= last) continue;
    std::memcpy(piece->into.data() + (first - piece->offset), bytes.data() + (first - offset),
                last - first);
  }
}

}  // namespace kindred::http
