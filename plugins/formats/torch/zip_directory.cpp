#include "zip_directory.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include <kindred/header_stream.hpp>

namespace kindred::torch {
namespace {

// PKWARE, APPNOTE.TXT: 4.3.7 local header, 4.3.12 directory, 4.3.14 to 4.3.16 its end.
constexpr std::uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50,
                        kEnd64 = 0x06064b50, kLocator64 = 0x07064b50;
constexpr std::size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kEnd64Bytes = 56,
                      kLocator64Bytes = 20;
constexpr std::uint64_t kMostDirectory = std::uint64_t{256} << 20;
constexpr std::uint32_t kSeeZip64 = 0xffffffff;

[[noreturn]] void refuseArchive(const File& file, const std::string& what) {
  throw inputError(file.place(), what, "fetch it again, or convert it to safetensors");
}

class Fields {
 public:
  explicit Fields(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint16_t two(std::size_t at) const { return static_cast<std::uint16_t>(number(at, 2)); }
  std::uint32_t four(std::size_t at) const { return static_cast<std::uint32_t>(number(at, 4)); }
  std::uint64_t eight(std::size_t at) const { return number(at, 8); }
  std::string text(std::size_t at, std::size_t length) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + at, length};
  }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::uint64_t number(std::size_t at, std::size_t size) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value |= std::to_integer<std::uint64_t>(bytes_[at + i]) << (8 * i);
    }
    return value;
  }
  std::span<const std::byte> bytes_;
};

struct Directory {
  std::uint64_t offset = 0, bytes = 0, entries = 0;
};

// The record at the end of the file, behind which there may be a comment.
Directory findDirectory(File& file) {
  const std::uint64_t size = file.size();
  const std::uint64_t tail = std::min<std::uint64_t>(size, kEndBytes + kLocator64Bytes + 65535);
  if (size < kEndBytes) refuseArchive(file, "the file is too short for a zip archive");
  const std::vector<std::byte> bytes = bytesAt(file, size - tail, tail);
  const Fields fields(bytes);
  for (std::size_t at = tail - kEndBytes + 1; at-- > 0;) {
    if (fields.four(at) != kEnd || at + kEndBytes + fields.two(at + 20) != tail) continue;
    Directory directory{fields.four(at + 16), fields.four(at + 12), fields.two(at + 10)};
    const bool wide = at >= kLocator64Bytes && fields.four(at - kLocator64Bytes) == kLocator64;
    if (!wide) return directory;
    const std::uint64_t record = fields.eight(at - kLocator64Bytes + 8);
    if (record > size || size - record < kEnd64Bytes) break;
    const std::vector<std::byte> end = bytesAt(file, record, kEnd64Bytes);
    const Fields wide_fields(end);
    if (wide_fields.four(0) != kEnd64) break;
    return {wide_fields.eight(48), wide_fields.eight(40), wide_fields.eight(32)};
  }
  refuseArchive(file, "the archive has no directory at its end: it is cut off or damaged");
}

// Sizes and offsets beyond 32 bits stand in an extra field, those that are needed, in this order.
void widen(const File& file, const Fields& fields, std::size_t extra, std::size_t end,
           std::uint64_t& size, std::uint64_t& packed, std::uint64_t& offset) {
  while (extra + 4 <= end) {
    const std::size_t length = fields.two(extra + 2);
    std::size_t at = extra + 4;
    extra = at + length;
    if (extra > end) break;
    if (fields.two(at - 4) != 1) continue;
    for (std::uint64_t* value : {&size, &packed, &offset}) {
      if (*value != kSeeZip64) continue;
      if (at + 8 > extra) refuseArchive(file, "the archive's directory is damaged");
      *value = fields.eight(at);
      at += 8;
    }
    return;
  }
}

}  // namespace

std::map<std::string, ZipEntry> readZipDirectory(File& file) {
  const Directory directory = findDirectory(file);
  const std::uint64_t size = file.size();
  if (directory.offset > size || directory.bytes > size - directory.offset ||
      directory.bytes > kMostDirectory || directory.entries > directory.bytes / kCentralBytes) {
    refuseArchive(file,
                  "the archive's directory lies beyond the file, or states more than it holds");
  }
  const std::vector<std::byte> bytes = bytesAt(file, directory.offset, directory.bytes);
  const Fields fields(bytes);
  std::map<std::string, ZipEntry> entries;
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    if (fields.size() - at < kCentralBytes || fields.four(at) != kCentral) {
      refuseArchive(file, "the archive's directory is damaged");
    }
    const std::size_t name = fields.two(at + 28), extra = fields.two(at + 30);
    const std::size_t end = at + kCentralBytes + name + extra;
    if (end + fields.two(at + 32) > fields.size()) {
      refuseArchive(file, "the archive's directory is damaged");
    }
    std::uint64_t unpacked = fields.four(at + 24), packed = fields.four(at + 20);
    ZipEntry entry{fields.four(at + 42), 0, fields.two(at + 10) == 0};
    widen(file, fields, end - extra, end, unpacked, packed, entry.offset);
    entry.bytes = unpacked;
    const std::string text = fields.text(at + kCentralBytes, name);
    const bool encrypted = (fields.two(at + 8) & 1) != 0;
    if (encrypted || (entry.stored && packed != unpacked) || entry.offset > size ||
        packed > size - entry.offset) {
      refuseArchive(file,
                    fmt::format("the archive's entry '{}' leaves the file, or is encrypted", text));
    }
    if (!entries.emplace(text, entry).second) {
      refuseArchive(file, fmt::format("the archive names '{}' twice", text));
    }
    at = end + fields.two(at + 32);
  }
  return entries;
}

std::uint64_t dataOf(File& file, const std::string& name, const ZipEntry& entry) {
  if (!entry.stored) {
    refuseArchive(
        file, fmt::format("the archive's entry '{}' is compressed, which torch never does", name));
  }
  const std::uint64_t head = kLocalBytes + name.size();
  if (file.size() - entry.offset < head) {
    refuseArchive(file, fmt::format("the archive's entry '{}' leaves the file", name));
  }
  const std::vector<std::byte> bytes = bytesAt(file, entry.offset, head);
  const Fields fields(bytes);
  if (fields.four(0) != kLocal || fields.two(26) != name.size() ||
      fields.text(kLocalBytes, name.size()) != name) {
    refuseArchive(file,
                  fmt::format("the archive's entry '{}' is not where its directory says", name));
  }
  const std::uint64_t data = entry.offset + head + fields.two(28);
  if (data > file.size() || entry.bytes > file.size() - data) {
    refuseArchive(file, fmt::format("the archive's entry '{}' leaves the file", name));
  }
  return data;
}

}  // namespace kindred::torch
