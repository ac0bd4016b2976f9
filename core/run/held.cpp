#include "run/held.hpp"

#include <cstring>

#include <kindred/error.hpp>

namespace kindred::run {

void Held::want(const plan::Model& model, const plan::ByteRange& range) {
  if (has(range)) return;
  bytes_ += range.length;
  if (range.shard->decoded == nullptr) {
    files_.want(model, range);
  } else {
    numbers_.emplace(range, Numbers{&model, {}});
  }
}

void Held::read(std::vector<results::RangeRead>& ranges) {
  StoredRanges behind;  // the numbers
  for (const auto& [range, numbers] : numbers_) behind.want(*numbers.model, range);
  StoredRanges::Requests requests;
  files_.addTo(requests);
  behind.addTo(requests);
  for (auto& [source, list] : requests) source->read(list);
  files_.report(ranges);
  behind.report(ranges);
  for (auto& [range, numbers] : numbers_) {
    numbers.data.resize(range.length);
    behind.copy(range, numbers.data);
  }
}

std::span<const std::byte> Held::find(const plan::ByteRange& range) const {
  const auto found = numbers_.find(range);
  return found == numbers_.end() ? files_.find(range) : found->second.data;
}

void Held::clear() { *this = {}; }

void MemoryFile::read(std::uint64_t offset, std::span<std::byte> into) {
  if (offset > bytes_.size() || into.size() > bytes_.size() - offset) {
    throw Error(Category::internal, place_, "a read leaves the bytes held in memory");
  }
  if (!into.empty()) std::memcpy(into.data(), bytes_.data() + offset, into.size());
}

}  // namespace kindred::run
