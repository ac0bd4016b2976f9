#include "recording/recorder.hpp"

#include <algorithm>

#include <kindred/error.hpp>

#include "recording/recorded_source.hpp"

namespace kindred::recording {
namespace {

std::string checkedName(std::string path) {
  if (bundle::namesBundle(path)) return path;
  throw inputError(path, "a bundle's name ends with " + std::string(bundle::kEnding),
                   "write --bundle NAME" + std::string(bundle::kEnding));
}

// What a person writes in front of a name below the location. Of a local one it would tell this
// machine's folders.
std::string prefixOf(const Location& location, const std::string& address, bool remote) {
  if (remote) {
    const std::string name = location.addressOf("NAME");
    if (name.ends_with("NAME")) return name.substr(0, name.size() - 4);
  }
  const std::string folder = location.chosen().empty()
                                 ? address
                                 : address.substr(0, std::min(address.rfind('/'), address.size()));
  return folder + "/";
}

}  // namespace

void FileRecord::use(const File& file) {
  const std::lock_guard lock(mutex_);
  if (used_) return;
  size_ = file.size();
  identity_ = file.identity();
  published_sha256_ = file.publishedSha256();
  used_ = true;
}

bool FileRecord::used() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

void FileRecord::keep(std::uint64_t offset, std::span<const std::byte> bytes) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t end = offset + bytes.size();
  std::uint64_t at = offset;
  auto next = kept_.upper_bound(offset);
  if (next != kept_.begin()) at = std::max(at, std::prev(next)->second.end);
  while (at < end) {
    const std::uint64_t stop = next == kept_.end() ? end : std::min(end, next->first);
    if (at < stop) {
      kept_.emplace_hint(next, at, Kept{stop, spool_.add(bytes.subspan(at - offset, stop - at))});
    }
    if (next == kept_.end()) return;
    at = std::max(stop, next->second.end);
    ++next;
  }
}

bundle::HeldFile FileRecord::held(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  bundle::HeldFile file;
  file.name = name;
  file.size = size_;
  file.identity = identity_;
  file.published_sha256 = published_sha256_;
  std::uint64_t begin = 0, end = 0;
  for (const auto& [from, kept] : kept_) {
    if (from != end) {
      bundle::addRanges(file, begin, end);
      begin = from;
    }
    end = kept.end;
  }
  bundle::addRanges(file, begin, end);
  return file;
}

void FileRecord::give(std::uint64_t offset, std::span<std::byte> into) const {
  const std::lock_guard lock(mutex_);
  while (!into.empty()) {
    const auto kept = std::prev(kept_.upper_bound(offset));
    const std::uint64_t length = std::min<std::uint64_t>(into.size(), kept->second.end - offset);
    spool_.read(kept->second.at + (offset - kept->first), into.first(length));
    into = into.subspan(length);
    offset += length;
  }
}

Recorder::Recorder(std::string path) : path_(checkedName(std::move(path))), spool_(path_) {}

std::unique_ptr<Source> Recorder::around(Origin origin, std::unique_ptr<Source> source) {
  return std::make_unique<RecordedSource>(*this, std::move(origin), std::move(source));
}

LocationRecord& Recorder::opened(const Origin& origin, const std::string& address, bool remote,
                                 const Location& location) {
  bundle::HeldLocation seen;
  seen.source = origin.source;
  seen.address = address;
  seen.plugin = origin.plugin;
  seen.layout = origin.layout;
  seen.remote = remote;
  seen.endpoint = location.endpoint();
  seen.pinned = location.pinned();
  seen.revision = location.revision();
  seen.chosen = location.chosen();
  seen.unlisted = location.unlisted();
  seen.prefix = prefixOf(location, address, remote);
  const std::lock_guard lock(mutex_);
  LocationRecord& record = locations_[{origin.source, address}];
  if (record.files.empty()) record.seen = std::move(seen);
  return record;
}

FileRecord& Recorder::opened(LocationRecord& location, const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<FileRecord>& record = location.files[name];
  if (!record) record = std::make_unique<FileRecord>(spool_);
  return *record;
}

void Recorder::list(LocationRecord& location, const std::vector<std::string>& names) {
  const std::lock_guard lock(mutex_);
  location.seen.listed = names;
}

bundle::Written Recorder::write(const std::string& recipe, const std::string& version) {
  const std::lock_guard lock(mutex_);
  bundle::Index index;
  index.kindred = version;
  std::vector<std::vector<const FileRecord*>> records;
  for (const auto& [key, location] : locations_) {
    index.locations.push_back(location.seen);
    records.emplace_back();
    for (const auto& [name, file] : location.files) {
      if (!file->used()) continue;
      index.locations.back().files.push_back(file->held(name));
      records.back().push_back(file.get());
    }
  }
  return bundle::write(
      path_, std::move(index), recipe,
      [&](std::size_t location, std::size_t file, std::uint64_t offset, std::span<std::byte> into) {
        records[location][file]->give(offset, into);
      });
}

}  // namespace kindred::recording
