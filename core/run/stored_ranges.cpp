#include "run/stored_ranges.hpp"

#include <algorithm>

#include <kindred/error.hpp>

#include "run/hash.hpp"

namespace kindred::run {

void StoredRanges::want(const plan::Model& model, const plan::ByteRange& range) {
  for (const plan::ByteRange& real : plan::stored(range)) {
    entries_.try_emplace(key(real), Entry{&model, {}});
  }
}

void StoredRanges::read(std::vector<RangeRead>& ranges) {
  Requests requests;
  addTo(requests);
  for (auto& [source, list] : requests) source->read(list);
  report(ranges);
}

void StoredRanges::addTo(Requests& requests) {
  for (auto& [where, entry] : entries_) {
    const auto& [shard, offset, length] = where;
    entry.data.resize(length);
    requests[entry.model->source].push_back({shard->file.get(), offset, entry.data});
  }
}

void StoredRanges::report(std::vector<RangeRead>& ranges) const {
  for (const auto& [where, entry] : entries_) {
    const auto& [shard, offset, length] = where;
    ranges.push_back({entry.model->key, shard->name, offset, length, xxh3(entry.data)});
  }
}

void StoredRanges::copy(const plan::ByteRange& range, std::span<std::byte> into) const {
  std::vector<std::span<const std::byte>> held;
  for (const plan::ByteRange& real : plan::stored(range)) {
    const auto found = entries_.find(key(real));
    if (found == entries_.end()) {
      throw Error(Category::internal, real.shard->file->place(), "a range was not read beforehand");
    }
    held.emplace_back(found->second.data);
  }
  if (range.shard->decoded != nullptr) {
    range.shard->decoded->decode(range.offset, held, into);
  } else {
    std::copy(held.front().begin(), held.front().end(), into.begin());
  }
}

}  // namespace kindred::run
