// The persistent cache: an SQLite index beside segment files that hold what one read fetched.
//
// A segment is written under a temporary name, renamed, and only then entered into the index, so
// a process that is killed leaves at worst a file that the next one removes. Every block carries a
// check sum that is verified when it is read; what does not match counts as missing. Segments used
// longest ago go first when the cache exceeds its size.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cache_index.hpp"
#include "ranges.hpp"

namespace kindred::http {

// All functions [any-thread]; several processes may use one folder.
class BlockCache {
 public:
  // Throws an input error where the folder cannot be used. A damaged index is set up anew.
  BlockCache(std::filesystem::path folder, std::uint64_t limit);

  std::optional<std::string> listing(const std::string& endpoint, const std::string& address);
  void keepListing(const std::string& endpoint, const std::string& address,
                   const std::string& text);
  std::optional<std::int64_t> remember(const FileKey& key, std::uint64_t size);
  std::optional<KnownFile> latest(const FileKey& key);

  // Fills what it can of `wanted` and returns the rest.
  std::vector<Piece> fill(std::int64_t file, const Piece& wanted);
  // What fill() would leave, by the index alone.
  std::vector<Extent> missing(std::int64_t file, const Extent& wanted);

  struct Fresh {
    std::int64_t file = 0;
    std::uint64_t offset = 0;
    std::span<const std::byte> bytes;
  };
  // Keeps bytes that were fetched. Trouble (a full disk) loses them, no more.
  void keep(std::span<const Fresh> fresh);

 private:
  bool readBlock(const Block& block, std::vector<std::byte>& into) const;
  void keepSegment(std::span<const Fresh> fresh);
  void removeOrphans();
  std::filesystem::path pathOf(const std::string& segment) const;

  const std::filesystem::path folder_;
  const std::uint64_t limit_;
  std::mutex mutex_;  // of the index
  std::unique_ptr<CacheIndex> index_;
};

}  // namespace kindred::http
