// Which bytes of a model's files hold which elements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/checkpoint.hpp"
#include "plan/sample.hpp"

namespace kindred::plan {

using models::ByteRange;

// Bytes that one step may hold in read-ahead; a step that reads no more than this is read whole
// before it starts.
inline constexpr std::uint64_t kHeldBytes = std::uint64_t{32} << 20;

// The bytes of one run of elements: packed dtypes are rounded out to whole bytes. Of numbers that a
// codec makes: where they lie among these.
ByteRange bytesOf(const models::View& view, const Run& run);
// From the first element of row `first` to the last of `count` rows: all of them, and what lies
// between them where the view is no run.
ByteRange bytesOfRows(const models::View& view, std::uint64_t first, std::uint64_t count);

// Rows that are read as one range: entries [at, at + count) of those asked for.
struct RowRun {
  std::size_t at = 0, count = 0;
  std::uint32_t first = 0, last = 0;
  ByteRange range{};
};
// Neighbouring rows are one range; of a transposed matrix all rows are, since each lies all over
// it.
std::vector<RowRun> runsOf(const models::View& view, std::span<const std::uint32_t> rows);

// What is read of real files for a range: itself, or what a codec takes.
std::vector<ByteRange> stored(const ByteRange& range);
std::uint64_t storedBytes(const ByteRange& range);

// Each range of real files once, by place.
std::vector<ByteRange> storedOnce(const std::vector<ByteRange>& wanted);
// The bytes of all runs of a tensor's segments.
void addRanges(const models::View& view, const std::vector<Segment>& segments,
               std::vector<ByteRange>& ranges);

}  // namespace kindred::plan
