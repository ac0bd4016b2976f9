#include "models/decoded.hpp"

#include "models/checkpoint.hpp"

namespace kindred::models {

void DecodedFile::read(std::uint64_t offset, std::span<std::byte> into) {
  checkRange(*this, offset, into.size());
  std::vector<std::vector<std::byte>> held;
  for (const ByteRange& range : stored(offset, into.size())) {
    range.shard->file->read(range.offset, held.emplace_back(range.length));
  }
  decode(offset, std::vector<std::span<const std::byte>>(held.begin(), held.end()), into);
}

}  // namespace kindred::models
