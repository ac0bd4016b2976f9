#include "support/sources.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <functional>

namespace kindred::support {
namespace {

namespace fs = std::filesystem;

class MemoryFile final : public File {
 public:
  MemoryFile(std::string place, std::shared_ptr<const std::string> bytes)
      : place_(std::move(place)), bytes_(std::move(bytes)) {}
  const std::string& place() const override { return place_; }
  std::uint64_t size() const override { return bytes_->size(); }
  std::string identity() const override {
    return std::to_string(std::hash<std::string>()(*bytes_));
  }
  void read(std::uint64_t offset, std::span<std::byte> into) override {
    checkRange(*this, offset, into.size());
    if (!into.empty()) std::memcpy(into.data(), bytes_->data() + offset, into.size());
  }

 private:
  std::string place_;
  std::shared_ptr<const std::string> bytes_;
};

class MemoryLocation final : public Location {
 public:
  MemoryLocation(std::string address,
                 std::map<std::string, std::shared_ptr<const std::string>> files)
      : address_(std::move(address)), files_(std::move(files)) {}
  std::vector<std::string> list() override {
    std::vector<std::string> names;
    for (const auto& [name, bytes] : files_) names.push_back(name);
    return names;
  }
  std::shared_ptr<File> open(const std::string& name) override {
    const auto found = files_.find(name);
    if (found == files_.end()) throw inputError(address_ + "/" + name, "there is no such file");
    return std::make_shared<MemoryFile>(address_ + "/" + name, found->second);
  }

 private:
  std::string address_;
  std::map<std::string, std::shared_ptr<const std::string>> files_;
};

class PlainFile final : public File {
 public:
  explicit PlainFile(const fs::path& path) : place_(path.string()), size_(fs::file_size(path)) {}
  const std::string& place() const override { return place_; }
  std::uint64_t size() const override { return size_; }
  std::string identity() const override {
    return std::to_string(fs::last_write_time(place_).time_since_epoch().count());
  }
  void read(std::uint64_t offset, std::span<std::byte> into) override {
    checkRange(*this, offset, into.size());
    std::ifstream in(place_, std::ios::binary);
    in.seekg(static_cast<std::streamoff>(offset));
    in.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
    if (!in) throw inputError(place_, "cannot be read");
  }

 private:
  std::string place_;
  std::uint64_t size_;
};

class FolderLocation final : public Location {
 public:
  explicit FolderLocation(fs::path path) : path_(std::move(path)) {
    if (fs::is_regular_file(path_)) {
      names_.push_back(path_.filename().string());
      path_ = path_.parent_path();
    } else if (fs::is_directory(path_)) {
      for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path_)) {
        if (entry.is_regular_file()) {
          names_.push_back(entry.path().lexically_relative(path_).generic_string());
        }
      }
      std::sort(names_.begin(), names_.end());
    } else {
      throw inputError(path_.string(), "there is no such file or folder");
    }
  }
  std::vector<std::string> list() override { return names_; }
  std::shared_ptr<File> open(const std::string& name) override {
    if (!std::binary_search(names_.begin(), names_.end(), name)) {
      throw inputError((path_ / name).string(), "there is no such file");
    }
    return std::make_shared<PlainFile>(path_ / name);
  }

 private:
  fs::path path_;
  std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<Location> MemorySource::open(const std::string& address) {
  const auto found = files_.find(address);
  if (found == files_.end()) throw inputError(address, "there is no such location");
  return std::make_unique<MemoryLocation>(address, found->second);
}

void MemorySource::read(std::span<const ReadRequest> requests) {
  ++calls_;
  requests_ += requests.size();
  for (const ReadRequest& request : requests) {
    request.file->read(request.offset, request.into);
    bytes_ += request.into.size();
  }
}

std::unique_ptr<Location> FolderSource::open(const std::string& address) {
  return std::make_unique<FolderLocation>(address);
}

}  // namespace kindred::support
