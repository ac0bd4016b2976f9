// A regular file on disk, read by mapping or by pread, which notices when it changes.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <mutex>
#include <string>

#include <kindred/source.hpp>

namespace kindred::local {

enum class ReadBy { automatic, map, pread };

// Fails, naming the path: not there, not allowed, not a regular file. Reading fails where the range
// leaves the file, where the file shrank, grew, was written to, deleted or replaced since it was
// opened, and where the disk fails.
class LocalFile final : public File {
 public:
  LocalFile(std::filesystem::path path, ReadBy read_by);
  ~LocalFile() override;
  LocalFile(const LocalFile&) = delete;
  LocalFile& operator=(const LocalFile&) = delete;

  const std::string& place() const override { return place_; }
  std::uint64_t size() const override { return size_; }
  std::string identity() const override;
  void read(std::uint64_t offset, std::span<std::byte> into) override;

 private:
  bool mapped();  // maps the file at the first call; false: it can't be mapped
  void readMapped(std::uint64_t offset, std::span<std::byte> into);
  void readStream(std::uint64_t offset, std::span<std::byte> into);
  void checkUnchanged() const;

  std::filesystem::path path_;
  std::string place_;
  ReadBy read_by_;
  int descriptor_ = -1;
  struct stat opened_ = {};
  std::uint64_t size_ = 0;
  std::once_flag map_once_;
  std::byte* map_ = nullptr;
};

}  // namespace kindred::local
