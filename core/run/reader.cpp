#include "run/reader.hpp"

#include <cstring>

#include <kindred/error.hpp>

#include "run/stored_ranges.hpp"
#include "words/names.hpp"

namespace kindred::run {
namespace {

void checkAligned(const models::View& view, const plan::Segment& segment) {
  const unsigned bits = info(view.info.dtype).bits;
  if (bits % 8 == 0) return;
  for (const plan::Run& run : segment.runs) {
    const bool last = run.first + run.count == view.info.elements;
    if ((view.first + run.first) * bits % 8 == 0 && (last || run.count * bits % 8 == 0)) continue;
    throw inputError(view.shard->file->place(),
                     "a part of tensor '" + words::escaped(view.info.name) +
                         "' does not begin and end on whole bytes (" +
                         std::string(name(view.info.dtype)) + " is packed)",
                     "use a sample size that is a multiple of 4");
  }
}

}  // namespace

SegmentBytes::SegmentBytes(const plan::Model& model, const models::View& view,
                           const plan::Segment& segment, const Held* held)
    : model_(model), shard_(*view.shard) {
  checkAligned(view, segment);
  const std::string& place = shard_.file->place();
  if (shard_.decoded != nullptr && held == nullptr) {
    gatherDecoded(view, segment);
    file_ = std::make_unique<MemoryFile>(gathered_, place);
    return;
  }
  if (segment.runs.size() == 1) {
    const plan::ByteRange range = plan::bytesOf(view, segment.runs.front());
    if (held != nullptr) {
      file_ = std::make_unique<MemoryFile>(held->find(range), place);
      return;
    }
    auto hashing = std::make_unique<results::HashingFile>(*shard_.file, range.offset);
    hashing_ = hashing.get();
    file_ = std::move(hashing);
    offset_ = range.offset;
    return;
  }
  for (const plan::Run& run : segment.runs) {
    const plan::ByteRange range = plan::bytesOf(view, run);
    const std::size_t at = gathered_.size();
    gathered_.resize(at + range.length);
    const std::span<std::byte> into(gathered_.data() + at, range.length);
    if (held != nullptr) {
      std::memcpy(into.data(), held->find(range).data(), range.length);
    } else {
      shard_.file->read(range.offset, into);
      ranges_.push_back(
          {model.filesKey(), shard_.name, range.offset, range.length, results::xxh3(into)});
    }
  }
  file_ = std::make_unique<MemoryFile>(gathered_, place);
}

void SegmentBytes::gatherDecoded(const models::View& view, const plan::Segment& segment) {
  StoredRanges behind;
  for (const plan::Run& run : segment.runs) behind.want(model_, plan::bytesOf(view, run));
  behind.read(ranges_);
  for (const plan::Run& run : segment.runs) {
    const plan::ByteRange range = plan::bytesOf(view, run);
    const std::size_t at = gathered_.size();
    gathered_.resize(at + range.length);
    behind.copy(range, {gathered_.data() + at, range.length});
  }
}

void SegmentBytes::reportRanges(std::vector<results::RangeRead>& ranges) const {
  ranges.insert(ranges.end(), ranges_.begin(), ranges_.end());
  if (hashing_ == nullptr) return;
  const std::uint64_t length = hashing_->end() - offset_;
  ranges.push_back({model_.filesKey(), shard_.name, offset_, length, hashing_->digest()});
}

}  // namespace kindred::run
