#include "recording/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include <kindred/error.hpp>

namespace kindred::recording {
namespace {

Error failed(const std::string& path) {
  return inputError(path, std::string("the bundle can't be written: ") + std::strerror(errno),
                    "choose another place with --bundle");
}

}  // namespace

Spool::Spool(std::string path) : path_(std::move(path)) {
  const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
  std::string name = ((folder.empty() ? "." : folder) / ".kindred-XXXXXX").string();
  descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor_ < 0) throw failed(path_);
  ::unlink(name.c_str());
}

Spool::~Spool() { ::close(descriptor_); }

std::uint64_t Spool::add(std::span<const std::byte> bytes) {
  const std::uint64_t begin = end_.fetch_add(bytes.size());
  std::uint64_t at = begin;
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw failed(path_);
    at += static_cast<std::uint64_t>(n);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return begin;
}

void Spool::read(std::uint64_t at, std::span<std::byte> into) const {
  while (!into.empty()) {
    const ssize_t n = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw failed(path_);
    at += static_cast<std::uint64_t>(n);
    into = into.subspan(static_cast<std::size_t>(n));
  }
}

}  // namespace kindred::recording
