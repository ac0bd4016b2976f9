// The index of the block cache: which bytes of which version of which file lie where.
// Not thread-safe; safe for several processes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "database.hpp"

namespace kindred::http {

// One version of a file. `etag` is the Hub's content hash or a server's ETag.
struct FileKey {
  std::string endpoint;
  std::string path;    // the model
  std::string commit;  // empty on plain servers
  std::string name;
  std::string etag;
};

struct KnownFile {
  std::int64_t id = 0;
  std::string etag;
  std::uint64_t size = 0;
};

// A run of bytes of a file, kept in a segment file.
struct Block {
  std::int64_t file = 0;
  std::uint64_t start = 0;
  std::uint64_t length = 0;
  std::uint64_t position = 0;  // in the segment
  std::uint64_t hash = 0;      // XXH3 of the bytes, seeded with start
  std::int64_t segment = 0;
  std::string segment_name;
  std::uint64_t end() const { return start + length; }
};

inline constexpr std::uint64_t kMostBlock = 256 * 1024;  // bytes; what one check sum covers

class CacheIndex {
 public:
  explicit CacheIndex(const std::filesystem::path& file);

  std::optional<std::string> listing(const std::string& endpoint, const std::string& address);
  void keepListing(const std::string& endpoint, const std::string& address,
                   const std::string& text);

  // The id of this version; it becomes the latest one.
  std::int64_t remember(const FileKey& key, std::uint64_t size);
  // The version seen last, whatever key.etag says.
  std::optional<KnownFile> latest(const FileKey& key);

  // Blocks that touch [start, end), by start.
  std::vector<Block> blocks(std::int64_t file, std::uint64_t start, std::uint64_t end);
  void forget(const Block& block);
  // Enters a segment with its blocks; returns the names of the segments that had to go for it.
  std::vector<std::string> add(const std::string& segment, std::span<const Block> blocks,
                               std::uint64_t limit);
  void touch(const std::vector<std::int64_t>& segments);
  std::vector<std::string> segments();

 private:
  std::vector<std::string> evict(std::uint64_t limit, std::int64_t newest);

  Database database_;
  // Created with the tables, so declared behind them.
  std::optional<Statement> find_blocks_;
};

}  // namespace kindred::http
