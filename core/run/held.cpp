#include "run/held.hpp"

#include <cstring>

#include <kindred/error.hpp>

#include "run/hash.hpp"
#include "run/stored_ranges.hpp"

namespace kindred::run {

void Held::want(const plan::Model& model, const plan::ByteRange& range) {
  const auto [at, fresh] = entries_.try_emplace(key(range), Entry{&model, {}});
  if (fresh) bytes_ += range.length;
}

void Held::read(std::vector<RangeRead>& ranges) {
  std::map<Source*, std::vector<ReadRequest>> requests;
  StoredRanges behind;  // of what codecs make
  for (auto& [where, entry] : entries_) {
    const auto& [shard, offset, length] = where;
    entry.data.resize(length);
    if (shard->decoded == nullptr) {
      requests[entry.model->source].push_back({shard->file.get(), offset, entry.data});
    } else {
      behind.want(*entry.model, {shard, offset, length});
    }
  }
  behind.addTo(requests);
  for (auto& [source, list] : requests) source->read(list);
  behind.report(ranges);
  for (auto& [where, entry] : entries_) {
    const auto& [shard, offset, length] = where;
    if (shard->decoded == nullptr) {
      ranges.push_back({entry.model->key, shard->name, offset, length, xxh3(entry.data)});
    } else {
      behind.copy({shard, offset, length}, entry.data);
    }
  }
}

std::span<const std::byte> Held::find(const plan::ByteRange& range) const {
  const auto found = entries_.find(key(range));
  if (found == entries_.end()) {
    throw Error(Category::internal, range.shard->file->place(), "a range was not read beforehand");
  }
  return found->second.data;
}

void Held::clear() {
  entries_.clear();
  bytes_ = 0;
}

void MemoryFile::read(std::uint64_t offset, std::span<std::byte> into) {
  if (offset > bytes_.size() || into.size() > bytes_.size() - offset) {
    throw Error(Category::internal, place_, "a read leaves the bytes held in memory");
  }
  if (!into.empty()) std::memcpy(into.data(), bytes_.data() + offset, into.size());
}

}  // namespace kindred::run
