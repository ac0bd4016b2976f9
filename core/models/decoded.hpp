// Numbers that are made of what is stored (codes with their scales, rows in another order): they
// are presented as a file of F32, so that whoever reads numbers reads these as any others.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <kindred/source.hpp>

namespace kindred::models {

struct Shard;

struct ByteRange {
  const Shard* shard;
  std::uint64_t offset;
  std::uint64_t length;

  auto operator<=>(const ByteRange&) const = default;
};

class DecodedFile : public File {
 public:
  // What is read of real shards for a range of the numbers; what that costs is the sum of lengths.
  virtual std::vector<ByteRange> stored(std::uint64_t offset, std::uint64_t length) const = 0;
  // The range that begins at `offset` and is as long as `into`, from the bytes of those ranges.
  // [any-thread]
  virtual void decode(std::uint64_t offset, std::span<const std::span<const std::byte>> stored,
                      std::span<std::byte> into) const = 0;
  // Reads those ranges one by one: who reads many asks for stored() and reads them together.
  void read(std::uint64_t offset, std::span<std::byte> into) final;
};

}  // namespace kindred::models
