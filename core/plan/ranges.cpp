#include "plan/ranges.hpp"

#include <algorithm>

namespace kindred::plan {

ByteRange bytesOf(const models::View& view, const Run& run) {
  // The catalogue has checked that elements * bits fits in the file's size.
  const unsigned bits = info(view.info.dtype).bits;
  const std::uint64_t first = (view.first + run.first) * bits / 8;
  const std::uint64_t end = ((view.first + run.first + run.count) * bits + 7) / 8;
  return {view.shard, view.offset + first, end - first};
}

ByteRange bytesOfRows(const models::View& view, std::uint64_t first, std::uint64_t count) {
  const std::uint64_t columns = view.info.shape.empty() ? 1 : view.info.shape.back();
  if (view.isRun() || count == 0 || columns == 0) {
    return bytesOf(view, {first * columns, count * columns});
  }
  const std::uint64_t begin = view.rowAt(first);
  const std::uint64_t end = view.rowAt(first + count - 1) + (columns - 1) * view.column_step + 1;
  return bytesOf(view, {begin, end - begin});
}

std::vector<RowRun> runsOf(const models::View& view, std::span<const std::uint32_t> rows) {
  std::vector<RowRun> runs;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool follows = !runs.empty() && rows[i] == runs.back().last + 1;
    if (runs.empty() || (!follows && view.column_step == 1)) {
      runs.push_back({i, 1, rows[i], rows[i]});
      continue;
    }
    RowRun& run = runs.back();
    ++run.count;
    run.first = std::min(run.first, rows[i]);
    run.last = std::max(run.last, rows[i]);
  }
  for (RowRun& run : runs) run.range = bytesOfRows(view, run.first, run.last - run.first + 1);
  return runs;
}

std::vector<ByteRange> stored(const ByteRange& range) {
  if (range.shard->decoded == nullptr) return {range};
  return range.shard->decoded->stored(range.offset, range.length);
}

std::uint64_t storedBytes(const ByteRange& range) {
  if (range.shard->decoded == nullptr) return range.length;
  std::uint64_t bytes = 0;
  for (const ByteRange& real : stored(range)) bytes += real.length;
  return bytes;
}

std::vector<ByteRange> storedOnce(const std::vector<ByteRange>& wanted) {
  std::vector<ByteRange> ranges;
  for (const ByteRange& range : wanted) {
    const std::vector<ByteRange> real = stored(range);
    ranges.insert(ranges.end(), real.begin(), real.end());
  }
  std::sort(ranges.begin(), ranges.end());
  ranges.erase(std::unique(ranges.begin(), ranges.end()), ranges.end());
  return ranges;
}

void addRanges(const models::View& view, const std::vector<Segment>& segments,
               std::vector<ByteRange>& ranges) {
  for (const Segment& segment : segments) {
    for (const Run& run : segment.runs) ranges.push_back(bytesOf(view, run));
  }
}

}  // namespace kindred::plan
