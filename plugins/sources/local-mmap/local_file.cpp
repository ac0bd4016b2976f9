#include "local_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "guarded_copy.hpp"

namespace kindred::local {

namespace {

// Up to this size a copy from the mapping beats pread: the kernel maps 64 KiB around a fault, and
// a header or a row costs one fault instead of a system call each. Longer reads go through pread,
// which needs no page tables and adds nothing to the resident memory.
constexpr std::size_t kMapUpTo = 64 << 10;

[[noreturn]] void fail(const std::string& place, const std::string& what, int error) {
  std::string remedy;
  if (error == EACCES || error == EPERM) remedy = "check the permissions of the file and folders";
  if (error == EMFILE || error == ENFILE) remedy = "raise the limit of open files (ulimit -n)";
  throw inputError(place, what + ": " + std::strerror(error), remedy);
}

const char* kindOf(mode_t mode) {
  if (S_ISDIR(mode)) return "is a folder";
  if (S_ISFIFO(mode)) return "is a pipe";
  if (S_ISSOCK(mode)) return "is a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "is a device";
  return "is no regular file";
}

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// What a link that leads nowhere names; empty: the path is no link.
std::string linkedTo(const std::filesystem::path& path) {
  std::error_code none;
  return std::filesystem::read_symlink(path, none).string();
}

bool sameFile(const struct stat& a, const struct stat& b) {
  return a.st_ino == b.st_ino && a.st_dev == b.st_dev && a.st_size == b.st_size &&
         nanoseconds(a.st_mtim) == nanoseconds(b.st_mtim);
}

}  // namespace

LocalFile::LocalFile(std::filesystem::path path, ReadBy read_by)
    : path_(std::move(path)), place_(path_.string()), read_by_(read_by) {
  // O_NONBLOCK: opening a pipe must not wait for its writer.
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor_ < 0) {
    const int error = errno;
    if (const std::string to = linkedTo(path_); error == ENOENT && !to.empty()) {
      throw inputError(place_, "the file is a link to '" + to + "', which is not there",
                       "fetch the model again: its download was cut off or its cache cleared");
    }
    if (error == ELOOP) {
      throw inputError(place_, "the file is a link that leads back to itself", "fetch it again");
    }
    fail(place_, "cannot open the file", error);
  }
  const int error = ::fstat(descriptor_, &opened_) == 0 ? 0 : errno;
  if (error != 0 || !S_ISREG(opened_.st_mode)) {
    ::close(descriptor_);
    if (error != 0) fail(place_, "cannot examine the file", error);
    throw inputError(place_, kindOf(opened_.st_mode), "a regular file is needed there");
  }
  size_ = static_cast<std::uint64_t>(opened_.st_size);
}

LocalFile::~LocalFile() {
  if (map_ != nullptr) ::munmap(map_, size_);
  ::close(descriptor_);
}

std::string LocalFile::identity() const {
  // The path may by now name another file than the descriptor does: both count.
  struct stat now = {};
  std::string text;
  for (const bool by_path : {true, false}) {
    const int result = by_path ? ::stat(path_.c_str(), &now) : ::fstat(descriptor_, &now);
    if (result != 0) return std::string("unreadable: ") + std::strerror(errno);
    const std::string part = "size " + std::to_string(now.st_size) + " mtime " +
                             std::to_string(nanoseconds(now.st_mtim)) + " inode " +
                             std::to_string(now.st_ino) + " device " + std::to_string(now.st_dev);
    if (text.empty()) {
      text = part;
    } else if (text != part) {
      text += " instead of " + part;
    }
  }
  return text;
}

void LocalFile::checkUnchanged() const {
  struct stat now = {};
  if (::fstat(descriptor_, &now) != 0) fail(place_, "cannot examine the file", errno);
  const std::string remedy = "run again when nothing writes to it";
  if (now.st_size != opened_.st_size) {
    const std::string how = now.st_size < opened_.st_size ? "shrank from " : "grew from ";
    throw inputError(place_,
                     "the file " + how + std::to_string(opened_.st_size) + " to " +
                         std::to_string(now.st_size) + " bytes while it was read",
                     remedy);
  }
  if (!sameFile(now, opened_)) {
    throw inputError(place_, "the file was written to while it was read", remedy);
  }
  if (now.st_nlink == 0) {
    throw inputError(place_, "the file was deleted or replaced while it was read", remedy);
  }
}

void LocalFile::read(std::uint64_t offset, std::span<std::byte> into) {
  checkRange(*this, offset, into.size());
  if (into.empty()) return;
  const bool wants_map =
      read_by_ == ReadBy::map || (read_by_ == ReadBy::automatic && into.size() <= kMapUpTo);
  if (wants_map && mapped()) {
    readMapped(offset, into);
  } else {
    readStream(offset, into);
  }
  // Afterwards, so that it covers the bytes just read.
  checkUnchanged();
}

bool LocalFile::mapped() {
  std::call_once(map_once_, [this] {
    void* map = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, descriptor_, 0);
    if (map != MAP_FAILED) {
      map_ = static_cast<std::byte*>(map);
      return;
    }
    if (read_by_ == ReadBy::map) fail(place_, "cannot map the file", errno);
  });
  return map_ != nullptr;
}

void LocalFile::readMapped(std::uint64_t offset, std::span<std::byte> into) {
  if (guardedCopy(into.data(), map_ + offset, into.size())) return;
  checkUnchanged();  // says more where it can
  throw inputError(place_, "the file could not be read at byte " + std::to_string(offset),
                   "check the disk or network share that it lies on");
}

void LocalFile::readStream(std::uint64_t offset, std::span<std::byte> into) {
  while (!into.empty()) {
    const ssize_t got = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0) {
      if (errno == EINTR) continue;
      fail(place_, "cannot read byte " + std::to_string(offset), errno);
    }
    if (got == 0) {
      checkUnchanged();
      throw inputError(place_, "the file ends before byte " + std::to_string(offset));
    }
    offset += static_cast<std::uint64_t>(got);
    into = into.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace kindred::local
