#include "block_cache.hpp"

#define XXH_INLINE_ALL
#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>
#include <set>
#include <system_error>
#include <utility>

#include <kindred/error.hpp>

namespace kindred::http {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSegmentSize = 64 * kMiB;  // about what is evicted at once
constexpr auto kOrphanAge = std::chrono::hours(1);

std::string randomName() {
  std::random_device random;
  std::string name;
  for (int i = 0; i < 4; ++i) {
    char digits[9];
    std::snprintf(digits, sizeof digits, "%08x", random());
    name += digits;
  }
  return name;
}

class Descriptor {
 public:
  Descriptor(const fs::path& file, int flags)
      : number_(::open(file.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  bool valid() const { return number_ >= 0; }

  bool read(std::uint64_t position, std::span<std::byte> into) const {
    while (!into.empty()) {
      const ssize_t n = ::pread(number_, into.data(), into.size(), static_cast<off_t>(position));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      into = into.subspan(static_cast<std::size_t>(n));
      position += static_cast<std::uint64_t>(n);
    }
    return true;
  }
  bool write(std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::write(number_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return true;
  }

 private:
  int number_;
};

std::uint64_t checkSum(std::span<const std::byte> bytes, std::uint64_t start) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), start);
}

std::unique_ptr<CacheIndex> openIndex(const fs::path& folder) {
  const fs::path file = folder / "blocks.sqlite";
  try {
    return std::make_unique<CacheIndex>(file);
  } catch (const DatabaseError& error) {
    if (!error.corrupt) throw;
    for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(file.string() + suffix);
    return std::make_unique<CacheIndex>(file);
  }
}

// The cache saves work; where it fails, the work is done again.
template <class F>
auto orElse(decltype(std::declval<F>()()) fallback, F&& action) {
  try {
    return action();
  } catch (const DatabaseError&) {
    return fallback;
  }
}

}  // namespace

BlockCache::BlockCache(fs::path folder, std::uint64_t limit)
    : folder_(std::move(folder)), limit_(limit) {
  try {
    fs::create_directories(folder_ / "blocks");
    index_ = openIndex(folder_);
  } catch (const std::exception& error) {
    throw inputError(folder_.string(), std::string("the cache cannot be used: ") + error.what(),
                     "name another folder with 'cache', or do without: cache-size: 0");
  }
  removeOrphans();
}

std::optional<std::string> BlockCache::listing(const std::string& endpoint,
                                               const std::string& address) {
  const std::lock_guard lock(mutex_);
  return orElse<>(std::nullopt, [&] { return index_->listing(endpoint, address); });
}

void BlockCache::keepListing(const std::string& endpoint, const std::string& address,
                             const std::string& text) {
  const std::lock_guard lock(mutex_);
  orElse(0, [&] {
    index_->keepListing(endpoint, address, text);
    return 0;
  });
}

std::optional<std::int64_t> BlockCache::remember(const FileKey& key, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  return orElse(std::nullopt,
                [&]() -> std::optional<std::int64_t> { return index_->remember(key, size); });
}

std::optional<KnownFile> BlockCache::latest(const FileKey& key) {
  const std::lock_guard lock(mutex_);
  return orElse(std::nullopt, [&] { return index_->latest(key); });
}

std::vector<Piece> BlockCache::fill(std::int64_t file, const Piece& wanted) {
  std::vector<Block> blocks;
  {
    const std::lock_guard lock(mutex_);
    blocks = orElse({}, [&] { return index_->blocks(file, wanted.offset, wanted.end()); });
  }
  std::vector<Piece> missing;
  std::vector<std::int64_t> used;
  std::vector<std::byte> buffer;
  std::uint64_t at = wanted.offset;
  const auto piece = [&](std::uint64_t from, std::uint64_t to) {
    return Piece{from, wanted.into.subspan(from - wanted.offset, to - from)};
  };
  for (const Block& block : blocks) {
    const std::uint64_t last = std::min(block.end(), wanted.end());
    if (last <= at) continue;
    if (!readBlock(block, buffer)) {
      const std::lock_guard lock(mutex_);
      orElse(0, [&] {
        index_->forget(block);
        return 0;
      });
      continue;
    }
    const std::uint64_t first = std::max(block.start, at);
    if (first > at) missing.push_back(piece(at, first));
    std::memcpy(piece(first, last).into.data(), buffer.data() + (first - block.start),
                last - first);
    used.push_back(block.segment);
    at = last;
  }
  if (at < wanted.end()) missing.push_back(piece(at, wanted.end()));
  const std::lock_guard lock(mutex_);
  orElse(0, [&] {
    index_->touch(used);
    return 0;
  });
  return missing;
}

std::vector<Extent> BlockCache::missing(std::int64_t file, const Extent& wanted) {
  const std::lock_guard lock(mutex_);
  const auto blocks = orElse({}, [&] { return index_->blocks(file, wanted.offset, wanted.end()); });
  std::vector<Extent> out;
  std::uint64_t at = wanted.offset;
  for (const Block& block : blocks) {
    if (block.end() <= at) continue;
    if (block.start > at) out.push_back({at, block.start - at});
    at = block.end();
  }
  if (at < wanted.end()) out.push_back({at, wanted.end() - at});
  return out;
}

bool BlockCache::readBlock(const Block& block, std::vector<std::byte>& into) const {
  const Descriptor file(pathOf(block.segment_name), O_RDONLY);
  into.resize(block.length);
  return file.valid() && file.read(block.position, into) &&
         checkSum(into, block.start) == block.hash;
}

void BlockCache::keep(std::span<const Fresh> fresh) {
  std::size_t first = 0;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    bytes += fresh[i].bytes.size();
    if (bytes < kSegmentSize && i + 1 < fresh.size()) continue;
    if (bytes <= limit_) keepSegment(fresh.subspan(first, i + 1 - first));
    first = i + 1;
    bytes = 0;
  }
}

void BlockCache::keepSegment(std::span<const Fresh> fresh) {
  const std::string name = randomName();
  const fs::path final_path = pathOf(name);
  const fs::path temporary = final_path.string() + ".part";
  std::vector<Block> blocks;
  std::error_code ignored;
  {
    const Descriptor file(temporary, O_WRONLY | O_CREAT | O_EXCL);
    bool good = file.valid();
    std::uint64_t position = 0;
    for (const Fresh& item : fresh) {
      for (std::uint64_t at = 0; good && at < item.bytes.size(); at += kMostBlock) {
        const auto part = item.bytes.subspan(at, std::min(kMostBlock, item.bytes.size() - at));
        const std::uint64_t start = item.offset + at;
        good = file.write(part);
        blocks.push_back({item.file, start, part.size(), position, checkSum(part, start), 0, {}});
        position += part.size();
      }
    }
    if (!good) {
      fs::remove(temporary, ignored);
      return;
    }
  }
  fs::rename(temporary, final_path, ignored);
  if (ignored) return;
  std::vector<std::string> gone;
  {
    const std::lock_guard lock(mutex_);
    gone = orElse({name}, [&] { return index_->add(name, blocks, limit_); });
  }
  for (const std::string& segment : gone) fs::remove(pathOf(segment), ignored);
}

// Segments that a killed process did not get to enter into the index, or to remove.
void BlockCache::removeOrphans() {
  std::vector<std::string> names;
  try {
    names = index_->segments();
  } catch (const DatabaseError&) {
    return;
  }
  const std::set<std::string> known(names.begin(), names.end());
  const auto old = fs::file_time_type::clock::now() - kOrphanAge;
  std::error_code trouble;
  for (fs::directory_iterator entry(folder_ / "blocks", trouble), end; !trouble && entry != end;
       entry.increment(trouble)) {
    if (known.contains(entry->path().filename().string())) continue;
    std::error_code ignored;
    const auto written = fs::last_write_time(entry->path(), ignored);
    if (!ignored && written < old) fs::remove(entry->path(), ignored);
  }
}

fs::path BlockCache::pathOf(const std::string& segment) const {
  return folder_ / "blocks" / segment;
}

}  // namespace kindred::http
