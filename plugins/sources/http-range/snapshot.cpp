#include "snapshot.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "url.hpp"

namespace kindred::http {
namespace {

namespace fs = std::filesystem;

bool isHash(const std::string& text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// The hash that the name of the blob behind a link states; empty: it is no such link.
std::string blobName(const fs::path& path) {
  std::error_code none;
  const std::string name = fs::read_symlink(path, none).filename().string();
  return isHash(name) ? name : "";
}

// One file of a snapshot. Its bytes are as little trusted as those of any local file: an Error
// where it shrank or was replaced since it was opened.
class SnapshotFile final : public File {
 public:
  SnapshotFile(const fs::path& path, const Listed& listed)
      : place_(path.string()),
        listed_(listed),
        descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0 || ::fstat(descriptor_, &opened_) != 0) {
      const std::string why = std::strerror(errno);
      if (descriptor_ >= 0) ::close(descriptor_);
      throw inputError(place_, "cannot open the file: " + why, "check its permissions");
    }
  }
  ~SnapshotFile() override { ::close(descriptor_); }
  SnapshotFile(const SnapshotFile&) = delete;
  SnapshotFile& operator=(const SnapshotFile&) = delete;

  const std::string& place() const override { return place_; }
  std::uint64_t size() const override { return static_cast<std::uint64_t>(opened_.st_size); }
  std::string publishedSha256() const override { return listed_.sha256; }

  std::string identity() const override {
    struct stat now = {};
    const bool same = ::fstat(descriptor_, &now) == 0 && now.st_size == opened_.st_size &&
                      now.st_mtim.tv_sec == opened_.st_mtim.tv_sec &&
                      now.st_mtim.tv_nsec == opened_.st_mtim.tv_nsec;
    if (!same) return "changed since it was opened";
    return listed_.content.empty() ? std::to_string(size()) + " bytes" : listed_.content;
  }

  void read(std::uint64_t offset, std::span<std::byte> into) override {
    checkRange(*this, offset, into.size());
    while (!into.empty()) {
      const ssize_t got =
          ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        throw inputError(place_,
                         "cannot read byte " + std::to_string(offset) + ": " +
                             (got < 0 ? std::strerror(errno) : "the file shrank"),
                         "fetch the model again");
      }
      offset += static_cast<std::uint64_t>(got);
      into = into.subspan(static_cast<std::size_t>(got));
    }
  }

 private:
  const std::string place_;
  const Listed listed_;
  int descriptor_;
  struct stat opened_ = {};
};

}  // namespace

std::optional<Snapshot> Snapshot::find(const fs::path& cache, const std::string& model,
                                       const std::string& revision) {
  if (cache.empty() || !staysInside(model) || !staysInside(revision)) return std::nullopt;
  std::string name = "models--" + model;
  if (const std::size_t slash = name.find('/'); slash != std::string::npos) {
    name.replace(slash, 1, "--");
  }
  Snapshot snapshot;
  snapshot.commit_ = revision;
  if (!isCommit(revision)) {
    std::ifstream(cache / name / "refs" / revision) >> snapshot.commit_;
    if (!isCommit(snapshot.commit_)) return std::nullopt;
  }
  snapshot.folder_ = cache / name / "snapshots" / snapshot.commit_;
  std::error_code none;
  if (!fs::is_directory(snapshot.folder_, none)) return std::nullopt;
  return snapshot;
}

Listing Snapshot::listing() const {
  Listing listing;
  listing.commit = commit_;
  std::error_code problem;
  fs::recursive_directory_iterator entry(folder_, problem);
  for (; !problem && entry != fs::recursive_directory_iterator(); entry.increment(problem)) {
    std::error_code gone;
    if (!entry->is_regular_file(gone)) continue;  // what has no blob is not there
    Listed file;
    file.name = entry->path().lexically_relative(folder_).generic_string();
    if (!staysInside(file.name)) continue;
    file.size = entry->file_size(gone);
    file.content = blobName(entry->path());
    if (file.content.size() == 64) file.sha256 = file.content;
    if (!gone) listing.files.push_back(std::move(file));
  }
  sortByName(listing.files, folder_.string());
  return listing;
}

std::shared_ptr<File> Snapshot::open(const Listed& listed) const {
  const fs::path path = folder_ / listed.name;
  std::error_code gone;
  if (!fs::is_regular_file(path, gone)) return nullptr;
  if (listed.size && fs::file_size(path, gone) != *listed.size) return nullptr;
  const std::string blob = blobName(path);
  if (!blob.empty() && !listed.content.empty() && blob != listed.content) return nullptr;
  return gone ? nullptr : std::make_shared<SnapshotFile>(path, listed);
}

}  // namespace kindred::http
