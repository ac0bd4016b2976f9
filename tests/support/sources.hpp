// Sources without a plugin: files in memory, which count what is read, and plain folders.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <kindred/source.hpp>

namespace kindred::support {

// Files by "address/name". Reading is checked and counted.
class MemorySource final : public Source {
 public:
  explicit MemorySource(bool is_remote = false) : remote_(is_remote) {}

  void put(const std::string& address, const std::string& name, std::string bytes) {
    files_[address][name] = std::make_shared<const std::string>(std::move(bytes));
  }
  std::unique_ptr<Location> open(const std::string& address) override;
  bool remote() const override { return remote_; }
  void read(std::span<const ReadRequest> requests) override;
  Cost spent() const override { return {bytes_, requests_}; }

  std::uint64_t calls() const { return calls_; }  // of read()

 private:
  using Files = std::map<std::string, std::shared_ptr<const std::string>>;
  std::map<std::string, Files> files_;
  bool remote_;
  std::atomic<std::uint64_t> calls_{0}, requests_{0}, bytes_{0};
};

// A folder of the file system; or one file, which is then all that the location lists.
class FolderSource final : public Source {
 public:
  std::unique_ptr<Location> open(const std::string& address) override;
};

}  // namespace kindred::support
