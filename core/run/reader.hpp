// Gives the bytes of a segment as a file to stream from, however the step reads.
#pragma once

#include <memory>
#include <vector>

#include "plan/models.hpp"
#include "plan/ranges.hpp"
#include "results/hash.hpp"
#include "run/held.hpp"

namespace kindred::run {

// One side of a segment, ready to be streamed.
class SegmentBytes {
 public:
  // `held` null: read from the file itself. Throws where a packed dtype's run does not begin on a
  // whole byte.
  SegmentBytes(const plan::Model& model, const models::View& view, const plan::Segment& segment,
               const Held* held);

  File& file() { return *file_; }
  std::uint64_t offset() const { return offset_; }
  // What was read straight from the file and hashed on the way.
  void reportRanges(std::vector<results::RangeRead>& ranges) const;

 private:
  // What a codec makes is made whole: a segment is small, and its ranges are hashed as stored.
  void gatherDecoded(const models::View& view, const plan::Segment& segment);

  std::unique_ptr<File> file_;
  std::uint64_t offset_ = 0;
  std::vector<std::byte> gathered_;
  std::vector<results::RangeRead> ranges_;
  const plan::Model& model_;
  const models::Shard& shard_;
  const results::HashingFile* hashing_ = nullptr;
};

}  // namespace kindred::run
