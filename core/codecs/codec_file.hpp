// The numbers of a codec as a file.
#pragma once

#include <memory>
#include <vector>

#include "codecs/codec.hpp"
#include "models/checkpoint.hpp"

namespace kindred::codecs {

// A tensor that a codec reads, and where it lies.
struct StoredPart {
  const models::Shard* shard = nullptr;
  std::uint64_t offset = 0;  // of its first byte in the shard's file
};

class CodecFile final : public models::DecodedFile {
 public:
  // What follows one another: rows, or columns where the codec has pieces for these.
  enum class Lines { rows, columns };

  // Parts in the codec's order; the shards must outlive this. Rows and columns have been checked
  // against what is stored: their product fits.
  CodecFile(std::shared_ptr<const Codec> codec, std::vector<StoredPart> parts,
            Lines lines = Lines::rows);

  const std::string& place() const override { return parts_.front().shard->file->place(); }
  std::uint64_t size() const override { return codec_->rows() * codec_->columns() * sizeof(float); }
  std::string identity() const override { return parts_.front().shard->file->identity(); }
  std::vector<models::ByteRange> stored(std::uint64_t offset, std::uint64_t length) const override;
  void decode(std::uint64_t offset, std::span<const std::span<const std::byte>> stored,
              std::span<std::byte> into) const override;

 private:
  struct Run {
    std::uint64_t first = 0, count = 0;
  };
  std::uint64_t lineLength() const {
    return lines_ == Lines::rows ? codec_->columns() : codec_->rows();
  }
  std::uint64_t lineBytes() const { return lineLength() * sizeof(float); }
  Run linesOf(std::uint64_t offset, std::uint64_t length) const;

  std::shared_ptr<const Codec> codec_;
  std::vector<StoredPart> parts_;
  Lines lines_;
};

}  // namespace kindred::codecs
