#include <kindred/bundle/reader.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <kindred/bundle/detail/index_text.hpp>
#include <kindred/bundle/sha256.hpp>
#include <kindred/error.hpp>

namespace kindred::bundle {
namespace {

static_assert(std::endian::native == std::endian::little, "the header's length is little-endian");

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMostHeader = 100'000'000, kMostIndex = 512'000'000, kMostRecipe = 8 << 20;
int opened(const std::string& path) {
  // A pipe would be waited for.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor >= 0) return descriptor;
  throw inputError(path, std::string("the bundle can't be read: ") + std::strerror(errno));
}

std::uint64_t sizeOf(const std::string& path, int descriptor) {
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    throw inputError(path, "is no file", "a bundle is one file");
  }
  return static_cast<std::uint64_t>(status.st_size);
}

// Takes entries out as they are found, so that what is left is what nothing names.
class Entries {
 public:
  Entries(const std::string& path, Header header, std::uint64_t data)
      : path_(path), header_(std::move(header)), data_(data) {}

  // Where the entry begins in the bundle.
  std::uint64_t take(const std::string& name, std::uint64_t length) {
    const auto found = header_.entries.find(name);
    if (found == header_.entries.end()) throw damaged(path_, "has no entry '" + name + "'");
    const auto [begin, end] = found->second;
    if (end - begin != length) {
      throw damaged(path_, "the entry '" + name + "' has " + std::to_string(end - begin) +
                               " bytes, and its ranges " + std::to_string(length));
    }
    header_.entries.erase(found);
    return data_ + begin;
  }
  std::uint64_t length(const std::string& name, std::uint64_t most) const {
    const auto found = header_.entries.find(name);
    const std::uint64_t length =
        found == header_.entries.end() ? 0 : found->second.second - found->second.first;
    if (length > most) {
      throw damaged(path_, "the entry '" + name + "' has " + std::to_string(length) + " bytes");
    }
    return length;
  }
  void checkNothingLeft() const {
    if (header_.entries.empty()) return;
    throw damaged(path_, "the index names no entry '" + header_.entries.begin()->first + "'");
  }

 private:
  const std::string& path_;
  Header header_;
  std::uint64_t data_;
};

void checkHash(const std::string& path, const char* what, const std::string& text,
               const std::string& hash) {
  if (sha256(text) != hash) throw damaged(path, std::string(what) + " has another SHA-256");
}

// Sets where each range lies, and returns how many there are.
std::size_t place(Index& index, Entries& entries) {
  std::size_t ranges = 0;
  for (std::size_t i = 0; i < index.locations.size(); ++i) {
    for (HeldFile& file : index.locations[i].files) {
      std::uint64_t length = 0;
      for (const Range& range : file.ranges) length += range.length;
      std::uint64_t at = entries.take(entryName(i, file.name), length);
      file.first_range = ranges;
      ranges += file.ranges.size();
      for (Range& range : file.ranges) {
        range.at = at;
        at += range.length;
      }
    }
  }
  return ranges;
}

std::string bytesText(std::uint64_t begin, std::uint64_t end) {
  return "bytes " + std::to_string(begin) + " to " + std::to_string(end);
}

}  // namespace

Bundle::Bundle(std::string path) : path_(std::move(path)), descriptor_(opened(path_)) {
  try {
    size_ = sizeOf(path_, descriptor_);
    std::uint64_t length = 0;
    if (size_ < kLengthBytes) throw damaged(path_, "is too short for a bundle");
    readAt(0, std::as_writable_bytes(std::span(&length, 1)));
    if (length > kMostHeader || length > size_ - kLengthBytes) {
      throw damaged(path_, "its header would have " + std::to_string(length) +
                               " bytes, and the file has " + std::to_string(size_));
    }
    const auto textAt = [&](std::uint64_t at, std::uint64_t bytes) {
      std::string text(bytes, '\0');
      readAt(at, std::as_writable_bytes(std::span(text)));
      return text;
    };
    const std::uint64_t data = kLengthBytes + length;
    Header header = headerOf(path_, textAt(kLengthBytes, length), size_ - data);
    const std::string index_sha256 = header.index_sha256;
    Entries entries(path_, std::move(header), data);
    const auto entry = [&](const char* name, std::uint64_t most) {
      const std::uint64_t bytes = entries.length(name, most);
      return textAt(entries.take(name, bytes), bytes);
    };
    const std::string index = entry(kIndexEntry, kMostIndex);
    checkHash(path_, "its index", index, index_sha256);
    index_ = indexOf(path_, index);
    recipe_ = entry(kRecipeEntry, kMostRecipe);
    checkHash(path_, "its recipe", recipe_, index_.recipe_sha256);
    const std::size_t ranges = place(index_, entries);
    entries.checkNothingLeft();
    checked_ = std::make_unique<std::atomic<bool>[]>(ranges);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

Bundle::~Bundle() { ::close(descriptor_); }

const HeldLocation* Bundle::find(const std::string& source, const std::string& address) const {
  const auto found = std::find_if(
      index_.locations.begin(), index_.locations.end(),
      [&](const HeldLocation& at) { return at.source == source && at.address == address; });
  return found == index_.locations.end() ? nullptr : &*found;
}

void Bundle::readAt(std::uint64_t at, std::span<std::byte> into) const {
  while (!into.empty()) {
    const ssize_t n = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw inputError(path_, std::string("can't be read: ") + std::strerror(errno));
    if (n == 0) throw damaged(path_, "ends at byte " + std::to_string(at) + ", before its end");
    at += static_cast<std::uint64_t>(n);
    into = into.subspan(static_cast<std::size_t>(n));
  }
}

void Bundle::readUnchecked(const Range& range, std::span<std::byte> into) const {
  readAt(range.at, into);
}

void Bundle::readPart(const HeldFile& file, std::size_t number, std::uint64_t offset,
                      std::span<std::byte> into) const {
  const Range& range = file.ranges[number];
  std::atomic<bool>& checked = checked_[file.first_range + number];
  if (checked) return readAt(range.at + offset, into);
  std::vector<std::byte> whole(range.length);
  readAt(range.at, whole);
  if (sha256(whole) != range.sha256) {
    throw damaged(path_, bytesText(range.offset, range.offset + range.length) + " of '" +
                             file.name + "' have another SHA-256");
  }
  std::memcpy(into.data(), whole.data() + offset, into.size());
  checked = true;
}

void Bundle::read(const HeldFile& file, std::uint64_t offset, std::span<std::byte> into) const {
  const std::uint64_t begin = offset, end = offset + into.size();
  auto range = std::partition_point(file.ranges.begin(), file.ranges.end(),
                                    [&](const Range& r) { return r.offset + r.length <= offset; });
  for (; !into.empty(); ++range) {
    if (range == file.ranges.end() || range->offset > offset) {
      throw inputError(path_,
                       "it does not hold " + bytesText(begin, end) + " of '" + file.name + "'",
                       "it has what its own run read: run it as it was recorded, or record a run "
                       "that reads more");
    }
    const std::uint64_t inside = offset - range->offset;
    const std::uint64_t length = std::min<std::uint64_t>(into.size(), range->length - inside);
    readPart(file, static_cast<std::size_t>(range - file.ranges.begin()), inside,
             into.first(length));
    into = into.subspan(length);
    offset += length;
  }
}

}  // namespace kindred::bundle
