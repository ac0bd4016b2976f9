#include "run/stored_ranges.hpp"

#include <algorithm>

#include <kindred/error.hpp>

#include "results/hash.hpp"

namespace kindred::run {

void StoredRanges::want(const plan::Model& model, const plan::ByteRange& range) {
  for (const plan::ByteRange& real : plan::stored(range)) {
    entries_.try_emplace(real, Entry{&model, {}});
  }
}

void StoredRanges::read(std::vector<results::RangeRead>& ranges) {
  Requests requests;
  addTo(requests);
  for (auto& [source, list] : requests) source->read(list);
  report(ranges);
}

void StoredRanges::addTo(Requests& requests) {
  for (auto& [real, entry] : entries_) {
    entry.data.resize(real.length);
    requests[entry.model->source].push_back({real.shard->file.get(), real.offset, entry.data});
  }
}

void StoredRanges::report(std::vector<results::RangeRead>& ranges) const {
  for (const auto& [real, entry] : entries_) {
    ranges.push_back({entry.model->filesKey(), real.shard->name, real.offset, real.length,
                      results::xxh3(entry.data)});
  }
}

std::span<const std::byte> StoredRanges::find(const plan::ByteRange& real) const {
  const auto found = entries_.find(real);
  if (found == entries_.end()) {
    throw Error(Category::internal, real.shard->file->place(), "a range was not read beforehand");
  }
  return found->second.data;
}

void StoredRanges::copy(const plan::ByteRange& range, std::span<std::byte> into) const {
  std::vector<std::span<const std::byte>> held;
  for (const plan::ByteRange& real : plan::stored(range)) held.push_back(find(real));
  if (range.shard->decoded != nullptr) {
    range.shard->decoded->decode(range.offset, held, into);
  } else {
    std::copy(held.front().begin(), held.front().end(), into.begin());
  }
}

}  // namespace kindred::run
