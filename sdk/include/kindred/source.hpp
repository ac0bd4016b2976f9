// Sources: where bytes come from. A source opens locations (one model's files), a location opens
// files by name, a file is read by byte range.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kindred/plugin.hpp>

namespace kindred {

// One open file. Lives no longer than its location.
class KINDRED_EXPORT File {
 public:
  virtual ~File() = default;
  // Where it is, for error messages: a path or URL without secrets.
  virtual const std::string& place() const = 0;
  virtual std::uint64_t size() const = 0;
  // Changes whenever the bytes may have changed: ETag, hash, or mtime with inode. The host compares
  // it before and after a run, so it is read afresh, unless the file checks every read against it
  // (a remote file does, and then names what it is pinned to). [any-thread]
  virtual std::string identity() const = 0;
  // Fills `into` with the bytes from `offset` on. A range that leaves the file, or a file that
  // changed since it was opened, is an Error; `into` is then unspecified. [any-thread]
  virtual void read(std::uint64_t offset, std::span<std::byte> into) = 0;
  // The publisher's own SHA-256 of the whole file in hex, or empty where none is known.
  virtual std::string publishedSha256() const { return {}; }
};

// A file whose place and size are known when it is opened.
class KINDRED_EXPORT NamedFile : public File {
 public:
  NamedFile(std::string place, std::uint64_t size) : place_(std::move(place)), size_(size) {}
  const std::string& place() const final { return place_; }
  std::uint64_t size() const final { return size_; }

 private:
  std::string place_;
  std::uint64_t size_;
};

// Throws unless `length` bytes from `offset` on lie inside the file; for read(), before anything
// else. Safe from overflow.
inline void checkRange(const File& file, std::uint64_t offset, std::uint64_t length) {
  const std::uint64_t size = file.size();
  if (offset <= size && length <= size - offset) return;
  throw inputError(file.place(), "a read of " + std::to_string(length) + " bytes at " +
                                     std::to_string(offset) + " leaves the file of " +
                                     std::to_string(size) + " bytes");
}

struct ReadRequest {
  File* file;
  std::uint64_t offset;
  std::span<std::byte> into;
};

// Bytes to read, without a place to put them: for plans.
struct PlannedRange {
  const File* file;
  std::uint64_t offset;
  std::uint64_t length;
};

struct Cost {
  std::uint64_t bytes = 0;     // taken from the network or disk
  std::uint64_t requests = 0;  // 0 for local files
};

// One model's files.
class KINDRED_EXPORT Location {
 public:
  virtual ~Location() = default;
  // Names relative to the location, '/' between parts, sorted. A server without a listing names the
  // files that a checkpoint usually has and that are there.
  virtual std::vector<std::string> list() = 0;
  // Opens a file of list(). A name that is not there, or that leaves the location, is an Error.
  // Does not wait for the network: a remote file fetches its first bytes behind the caller's back,
  // so open all shards before reading any. What fails there is thrown by size() or read().
  virtual std::shared_ptr<File> open(const std::string& name) = 0;
  // The commit or revision that this location is pinned to, or empty.
  virtual std::string revision() const { return {}; }

  // What a location can say about its own address. None of it is needed.
  // The one file of list() that the address names, where it names a file and no folder; else empty.
  virtual std::string chosen() const { return {}; }
  // How a person names a file or folder below the location on the command line; for messages.
  virtual std::string addressOf(const std::string& below) const { return below; }
  // The address, for Source::open(), that means these very files from now on ("org/name@COMMIT"),
  // or empty: the one that was given is as good as any.
  virtual std::string pinned() const { return {}; }
  // Why list() may leave out files that the model has; for messages. Empty: it leaves out none.
  virtual std::string unlisted() const { return {}; }
  // The server that was asked ("https://huggingface.co"); empty: none.
  virtual std::string endpoint() const { return {}; }
};

// Throws unless list() names the file; for open().
inline void checkListed(Location& location, const std::string& name) {
  const std::vector<std::string> names = location.list();
  if (std::binary_search(names.begin(), names.end(), name)) return;
  throw inputError(name, "there is no such file at this location");
}

// Throws unless a path from outside is relative and stays where it starts: no "..", no leading '/'.
inline void checkBelow(const std::string& path) {
  const bool climbs = ("/" + path + "/").find("/../") != std::string::npos;
  if (!climbs && !path.starts_with('/')) return;
  throw inputError(path, "the path leaves the source's root", "write it relative to the root");
}

class KINDRED_EXPORT Source {
 public:
  virtual ~Source() = default;
  // Opens the location that a model's address names ("org/name@main", "./models/x"). Of a remote
  // source several are opened at once, each used by one thread at a time. [any-thread]
  virtual std::unique_ptr<Location> open(const std::string& address) = 0;
  // Whether one read costs a round trip: the host then gathers many ranges into one call of read().
  virtual bool remote() const { return false; }
  // Fills every request; ranges may lie in any files of this source and in any order. A remote
  // source overrides this to sort, merge and overlap them. [any-thread]
  virtual void read(std::span<const ReadRequest> requests) {
    for (const ReadRequest& request : requests) request.file->read(request.offset, request.into);
  }
  // What read() of these ranges would cost, without doing it.
  virtual Cost price(std::span<const PlannedRange> ranges) const {
    Cost cost;
    for (const PlannedRange& range : ranges) cost.bytes += range.length;
    return cost;
  }
  // What was spent so far, for the report. [any-thread]
  virtual Cost spent() const { return {}; }
};

}  // namespace kindred

#define KINDRED_SOURCE(CLASS, NAME, VERSION, SUMMARY, ...)                         \
  KINDRED_PLUGIN(::kindred::Kind::source, ::kindred::Source, CLASS, NAME, VERSION, \
                 SUMMARY __VA_OPT__(, ) __VA_ARGS__)
