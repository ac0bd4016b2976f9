#include "codecs/codec_file.hpp"

#include <cstring>
#include <utility>

namespace kindred::codecs {

CodecFile::CodecFile(std::shared_ptr<const Codec> codec, std::vector<StoredPart> parts)
    : codec_(std::move(codec)), parts_(std::move(parts)) {}

// The rows that a range touches.
CodecFile::Rows CodecFile::rowsOf(std::uint64_t offset, std::uint64_t length) const {
  if (length == 0) return {};
  const std::uint64_t first = offset / rowBytes();
  return {first, (offset + length - 1) / rowBytes() + 1 - first};
}

std::vector<models::ByteRange> CodecFile::stored(std::uint64_t offset, std::uint64_t length) const {
  std::vector<models::ByteRange> ranges;
  const Rows rows = rowsOf(offset, length);
  if (rows.count == 0) return ranges;
  for (const Piece& piece : codec_->pieces(rows.first, rows.count)) {
    const StoredPart& part = parts_[piece.part];
    ranges.push_back({part.shard, part.offset + piece.offset, piece.length});
  }
  return ranges;
}

void CodecFile::decode(std::uint64_t offset, std::span<const std::span<const std::byte>> stored,
                       std::span<std::byte> into) const {
  const Rows rows = rowsOf(offset, into.size());
  if (rows.count == 0) return;
  std::vector<float> values(rows.count * codec_->columns());
  codec_->decode(rows.first, rows.count, stored, values);
  const std::uint64_t before = offset - rows.first * rowBytes();
  std::memcpy(into.data(), std::as_bytes(std::span(values)).data() + before, into.size());
}

}  // namespace kindred::codecs
