// A matrix and a change of low rank, W + scale * B A, as a file of F32: what an adapter makes of
// its base. Nothing but the rows that are asked for is read of W and of the factor that has rows.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/checkpoint.hpp"

namespace kindred::codecs {

struct LowRankChange {
  models::View base;  // [rows, columns]: numbers of whole bytes, or such as a codec makes
  models::View a;     // [rank, inputs], floats
  models::View b;     // [outputs, rank], floats
  double scale = 1;
  bool inputs_first = false;  // the base is [inputs, outputs], otherwise [outputs, inputs]
  // Lengths that the rows of the sum are given (DoRA), one for each output. Not with inputs_first.
  std::optional<models::View> magnitudes = {};
};

class LowRankFile final : public models::DecodedFile {
 public:
  // What the views refer to must outlive this; shapes have been checked against each other.
  explicit LowRankFile(LowRankChange change);

  const std::string& place() const override { return change_.base.shard->file->place(); }
  std::uint64_t size() const override { return rows_ * columns_ * sizeof(float); }
  std::string identity() const override { return change_.base.shard->file->identity(); }
  std::vector<models::ByteRange> stored(std::uint64_t offset, std::uint64_t length) const override;
  void decode(std::uint64_t offset, std::span<const std::span<const std::byte>> stored,
              std::span<std::byte> into) const override;

 private:
  // Elements of the base and the rows that these touch.
  struct Part {
    std::uint64_t first = 0, count = 0;
    std::uint64_t top = 0, rows = 0;
    std::uint64_t left = 0, width = 0;  // columns of A that stand for the rows, with inputs_first
  };
  Part partOf(std::uint64_t offset, std::uint64_t length) const;
  std::vector<models::ByteRange> ofBase(const Part& part) const;
  std::vector<float> baseOf(const Part& part,
                            std::span<const std::span<const std::byte>> stored) const;
  void addChange(const Part& part, std::span<const float> by_columns,
                 std::span<const float> by_rows, std::span<float> values) const;
  void giveLengths(std::span<const float> lengths, std::span<float> values) const;

  LowRankChange change_;
  std::uint64_t rows_, columns_, rank_;
};

}  // namespace kindred::codecs
