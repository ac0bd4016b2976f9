// Files of numbers in memory, and views of them.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "models/checkpoint.hpp"
#include "pieces.hpp"

namespace kindred::codecs {

class MemoryFile final : public NamedFile {
 public:
  MemoryFile(std::string place, std::vector<std::byte> bytes)
      : NamedFile(std::move(place), bytes.size()), bytes_(std::move(bytes)) {}
  std::string identity() const override { return "identity of " + place(); }
  void read(std::uint64_t offset, std::span<std::byte> into) override {
    checkRange(*this, offset, into.size());
    std::memcpy(into.data(), bytes_.data() + offset, into.size());
  }

 private:
  std::vector<std::byte> bytes_;
};

inline models::Shard shardOf(const std::string& name, std::vector<std::byte> bytes) {
  return {name, std::make_shared<MemoryFile>(name, std::move(bytes))};
}

// The bytes [offset, offset + length) of a file that is made of others.
inline std::vector<std::byte> bytesAt(models::DecodedFile& file, std::uint64_t offset,
                                      std::uint64_t length) {
  std::vector<std::byte> bytes(length);
  file.read(offset, bytes);
  return bytes;
}

// Every range of some lengths is the same part of the whole, wherever numbers begin.
inline void expectPartsOf(const std::vector<float>& whole, models::DecodedFile& file) {
  const std::vector<std::byte> all = bytesOf(whole);
  ASSERT_EQ(file.size(), all.size());
  for (const std::uint64_t length : {std::uint64_t{1}, std::uint64_t{6}, std::uint64_t{29},
                                     static_cast<std::uint64_t>(all.size())}) {
    for (std::uint64_t offset = 0; offset + length <= all.size(); offset += 3) {
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(offset);
      EXPECT_EQ(bytesAt(file, offset, length),
                std::vector<std::byte>(begin, begin + static_cast<std::ptrdiff_t>(length)))
          << length << " bytes at " << offset;
    }
  }
}

inline std::uint64_t costOf(const models::DecodedFile& file, std::uint64_t offset,
                            std::uint64_t length) {
  std::uint64_t bytes = 0;
  for (const models::ByteRange& range : file.stored(offset, length)) bytes += range.length;
  return bytes;
}

}  // namespace kindred::codecs
