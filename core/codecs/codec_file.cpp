#include "codecs/codec_file.hpp"

#include <cstring>
#include <utility>

namespace kindred::codecs {

CodecFile::CodecFile(std::shared_ptr<const Codec> codec, std::vector<StoredPart> parts, Lines lines)
    : codec_(std::move(codec)), parts_(std::move(parts)), lines_(lines) {}

// The lines that a range touches.
CodecFile::Run CodecFile::linesOf(std::uint64_t offset, std::uint64_t length) const {
  if (length == 0) return {};
  const std::uint64_t first = offset / lineBytes();
  return {first, (offset + length - 1) / lineBytes() + 1 - first};
}

std::vector<models::ByteRange> CodecFile::stored(std::uint64_t offset, std::uint64_t length) const {
  std::vector<models::ByteRange> ranges;
  const Run lines = linesOf(offset, length);
  if (lines.count == 0) return ranges;
  const std::vector<Piece> pieces = lines_ == Lines::rows
                                        ? codec_->pieces(lines.first, lines.count)
                                        : codec_->columnPieces(lines.first, lines.count);
  for (const Piece& piece : pieces) {
    const StoredPart& part = parts_[piece.part];
    ranges.push_back({part.shard, part.offset + piece.offset, piece.length});
  }
  return ranges;
}

void CodecFile::decode(std::uint64_t offset, std::span<const std::span<const std::byte>> stored,
                       std::span<std::byte> into) const {
  const Run lines = linesOf(offset, into.size());
  if (lines.count == 0) return;
  std::vector<float> values(lines.count * lineLength());
  if (lines_ == Lines::rows) {
    codec_->decode(lines.first, lines.count, stored, values);
  } else {
    codec_->decodeColumns(lines.first, lines.count, stored, values);
  }
  const std::uint64_t before = offset - lines.first * lineBytes();
  std::memcpy(into.data(), std::as_bytes(std::span(values)).data() + before, into.size());
}

}  // namespace kindred::codecs
