// Writes bundles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include <kindred/bundle/bundle.hpp>

namespace kindred::bundle {

// Gives the bytes of a file of the index from `offset` on.
using BytesOf = std::function<void(std::size_t location, std::size_t file, std::uint64_t offset,
                                   std::span<std::byte> into)>;

struct Written {
  std::uint64_t bytes = 0;
  std::string sha256;  // of the whole bundle
};

// Hashes what the index's ranges hold (it comes without hashes) and writes the bundle beside its
// name, syncs and renames. The same index, recipe and bytes are the same bundle. Holds one range at
// a time. What can't be written is an Error.
Written write(const std::string& path, Index index, const std::string& recipe,
              const BytesOf& bytes_of);

// Bytes [begin, end) of a file as ranges: cut at multiples of kLongestRange.
void addRanges(HeldFile& file, std::uint64_t begin, std::uint64_t end);

}  // namespace kindred::bundle
