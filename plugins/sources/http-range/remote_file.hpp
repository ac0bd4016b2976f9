// One file of a model on a server. Its first bytes, where the header is, are fetched behind the
// caller's back as soon as it is opened; size() and read() wait for them.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <kindred/source.hpp>

#include "block_cache.hpp"
#include "fetch.hpp"
#include "listing.hpp"

namespace kindred::http {

// The length of a shard's header, and the header where it has at most 64 KiB, as most have.
inline constexpr std::uint64_t kHead = 8 + 64 * kKiB;
// Indices and configurations are read whole anyway; most are shorter than this.
inline constexpr std::uint64_t kWhole = 4 * kMiB;
// What a Hub keeps as text comes whole, since it may come compressed; it is never longer.
inline constexpr std::uint64_t kMostText = 256 * kMiB;

// What files, locations and the source share.
struct Service {
  explicit Service(const Settings& from) : settings(from), network(from) {
    if (settings.cache_bytes > 0) cache.emplace(settings.cache, settings.cache_bytes);
  }
  const Settings settings;
  std::optional<BlockCache> cache;
  Network network;
};

class RemoteFile final : public File {
 public:
  // `key.etag` is not used; `listed` is what the server's listing says.
  RemoteFile(Service& service, FileKey key, const Listed& listed, std::string url);

  // Starts whatever must be asked about the file. For a file that may not be there: exists().
  void start(bool may_be_absent = false);
  bool exists();

  const std::string& place() const override { return place_; }
  std::uint64_t size() const override;
  std::string identity() const override;
  void read(std::uint64_t offset, std::span<std::byte> into) override;
  std::string publishedSha256() const override { return sha256_; }

  // Fills what needs no request from the head and the cache; returns the rest. Throws where the
  // range leaves the file.
  std::vector<Piece> fillWithoutAsking(const Piece& wanted) const;
  // What that would leave.
  std::vector<Extent> missing(const Extent& wanted) const;
  const std::shared_ptr<Target>& target() const { return target_; }
  // Where the cache keeps it; empty: nowhere.
  std::optional<std::int64_t> cacheId() const { return cache_id_; }

 private:
  void startFromCache(const KnownFile& known);
  void fetchHead();
  void askForHeaders();
  bool isCatalogue() const;
  bool isText() const;
  std::uint64_t headLength() const;
  void await() const;  // until the first answer is there; throws what went wrong
  void conclude() const;
  void checkRange(const Extent& wanted) const;
  std::string version() const;

  Service& service_;
  const FileKey key_;
  const std::string place_;
  std::string sha256_;
  const std::shared_ptr<Target> target_;
  const std::shared_ptr<Batch> opening_ = std::make_shared<Batch>();
  struct Opening {  // filled on the transport's thread; read after opening_->wait()
    std::vector<std::byte> head;
    bool arrived = false;
  };
  const std::shared_ptr<Opening> found_ = std::make_shared<Opening>();
  bool may_be_absent_ = false;
  std::optional<KnownFile> known_;  // the cache's version, where it needs no confirmation

  mutable std::mutex mutex_;
  mutable bool concluded_ = false;  // what follows is final then
  mutable std::optional<std::int64_t> cache_id_;
  mutable std::optional<std::uint64_t> size_;
  mutable std::string identity_;
};

}  // namespace kindred::http
