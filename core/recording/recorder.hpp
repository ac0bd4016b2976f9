// Keeps what is read of sources, for a bundle: every byte once, on disk. What readers see is
// unchanged; there is one place through which they read.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <kindred/bundle/write.hpp>
#include <kindred/source.hpp>

#include "recording/spool.hpp"

namespace kindred::recording {

// What was seen of a file, and the bytes that were read. [any-thread]
class FileRecord {
 public:
  explicit FileRecord(Spool& spool) : spool_(spool) {}

  // The file was asked for more than its place, and must still be what it was.
  void use(const File& file);
  void keep(std::uint64_t offset, std::span<const std::byte> bytes);

  bool used() const;
  bundle::HeldFile held(const std::string& name) const;  // with its ranges, not yet hashed
  // Bytes that were kept, again.
  void give(std::uint64_t offset, std::span<std::byte> into) const;

 private:
  struct Kept {
    std::uint64_t end = 0, at = 0;  // where it ends in the file, where it begins in the spool
  };

  Spool& spool_;
  mutable std::mutex mutex_;
  bool used_ = false;
  std::uint64_t size_ = 0;
  std::string identity_, published_sha256_;
  std::map<std::uint64_t, Kept> kept_;  // by where it begins in the file; apart or touching
};

// What was seen of one model's address. Files are records of the recorder's.
struct LocationRecord {
  bundle::HeldLocation seen;  // its files come with the bundle
  std::map<std::string, std::unique_ptr<FileRecord>> files;
};

// Where what a source gives came from.
struct Origin {
  std::string source;          // as the recipe names it
  std::string plugin, layout;  // that read it first
};

// Must outlive the sources that are seen through it.
class Recorder {
 public:
  // A name that does not end as bundles' do, and a folder that can't be written, are Errors.
  explicit Recorder(std::string path);

  const std::string& path() const { return path_; }
  // The same source; what is read of it is kept.
  std::unique_ptr<Source> around(Origin origin, std::unique_ptr<Source> source);
  // `recipe` is the one to be run from the bundle.
  bundle::Written write(const std::string& recipe, const std::string& version);

  // For the sources. [any-thread]
  LocationRecord& opened(const Origin& origin, const std::string& address, bool remote,
                         const Location& location);
  FileRecord& opened(LocationRecord& location, const std::string& name);
  void list(LocationRecord& location, const std::vector<std::string>& names);

 private:
  std::string path_;
  Spool spool_;
  std::mutex mutex_;
  // By source and address.
  std::map<std::pair<std::string, std::string>, LocationRecord> locations_;
};

}  // namespace kindred::recording
