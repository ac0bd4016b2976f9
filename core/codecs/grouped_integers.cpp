#include "codecs/grouped_integers.hpp"

#include <cmath>

#include <fmt/format.h>

#include "codecs/scalars.hpp"

namespace kindred::codecs {
namespace {

// Shapes that all of these share.
struct Grouped {
  std::uint64_t rows = 0, columns = 0, groups = 0;
  DType scales = DType::F16;

  std::uint64_t width() const { return ceilDiv(columns, groups); }
  std::string text(unsigned bits) const {
    return width() >= columns ? fmt::format("{} bit, a scale for each row", bits)
                              : fmt::format("{} bit, groups of {}", bits, width());
  }
};

std::optional<Grouped> grouped(const Part& scales, std::uint64_t rows, std::uint64_t columns) {
  if (scales.shape.size() != 2 || scales.shape[0] != rows || rows == 0 || columns == 0) return {};
  const std::uint64_t groups = scales.shape[1];
  if (groups == 0 || groups > columns) return {};
  const Grouped shape{rows, columns, groups, scales.dtype};
  if (ceilDiv(columns, shape.width()) != groups || !isFactor(scales.dtype)) return {};
  return shape;
}

// Bytes of a row of `columns` codes in 32-bit words.
std::uint64_t wordBytes(std::uint64_t columns, unsigned bits) {
  return 4 * ceilDiv(columns * bits, 32);
}

bool isPacked(const Part& codes, std::uint64_t columns, unsigned bits) {
  const bool words = codes.dtype == DType::U32 || codes.dtype == DType::I32;
  return words && bits >= 2 && bits <= 8 && codes.shape.size() == 2 &&
         columns <= (std::uint64_t{1} << 40) && 4 * codes.shape[1] == wordBytes(columns, bits);
}

class MlxAffine final : public Codec {
 public:
  MlxAffine(const Grouped& shape, DType biases, unsigned bits)
      : shape_(shape), biases_(biases), bits_(bits) {}

  std::string name() const override { return "MLX affine, " + shape_.text(bits_); }
  std::uint64_t rows() const override { return shape_.rows; }
  std::uint64_t columns() const override { return shape_.columns; }
  bool odd() const override { return false; }

  std::vector<Piece> pieces(std::uint64_t first, std::uint64_t count) const override {
    return {rowsOf(0, DType::U8, wordBytes(shape_.columns, bits_), first, count),
            rowsOf(1, shape_.scales, shape_.groups, first, count),
            rowsOf(2, biases_, shape_.groups, first, count)};
  }

  void decode(std::uint64_t, std::uint64_t count, std::span<const Bytes> bytes,
              std::span<float> values) const override {
    const std::vector<float> scales = numbersOf(shape_.scales, bytes[1]);
    const std::vector<float> biases = numbersOf(biases_, bytes[2]);
    const std::uint64_t row = wordBytes(shape_.columns, bits_);
    for (std::uint64_t r = 0; r < count; ++r) {
      const Bytes stream = bytes[0].subspan(r * row, row);
      for (std::uint64_t c = 0; c < shape_.columns; ++c) {
        const std::uint64_t g = r * shape_.groups + c / shape_.width();
        values[r * shape_.columns + c] =
            scales[g] * static_cast<float>(codeAt(stream, c, bits_)) + biases[g];
      }
    }
  }

 private:
  Grouped shape_;
  DType biases_;
  unsigned bits_;
};

class PackedIntegers final : public Codec {
 public:
  PackedIntegers(const Grouped& shape, unsigned bits, bool zeros, bool ordered)
      : shape_(shape), bits_(bits), zeros_(zeros), ordered_(ordered) {}

  std::string name() const override {
    return fmt::format("compressed-tensors, {}{}", shape_.text(bits_),
                       zeros_ ? ", zero points" : "");
  }
  std::uint64_t rows() const override { return shape_.rows; }
  std::uint64_t columns() const override { return shape_.columns; }
  bool odd() const override { return !zeros_; }

  std::vector<Piece> pieces(std::uint64_t first, std::uint64_t count) const override {
    std::vector<Piece> pieces{rowsOf(0, DType::U8, wordBytes(shape_.columns, bits_), first, count),
                              rowsOf(1, shape_.scales, shape_.groups, first, count)};
    if (zeros_) {
      const std::uint64_t top = firstWord(first);
      const std::uint64_t words = ceilDiv((first + count) * bits_, 32) - top;
      pieces.push_back(rowsOf(2, DType::I32, shape_.groups, top, words));
    }
    if (ordered_) {
      pieces.push_back({zeros_ ? 3u : 2u, 0, 4 * shape_.columns});
    }
    return pieces;
  }

  void decode(std::uint64_t first, std::uint64_t count, std::span<const Bytes> bytes,
              std::span<float> values) const override {
    const std::vector<float> scales = numbersOf(shape_.scales, bytes[1]);
    std::vector<float> group_of_column;
    if (ordered_) group_of_column = numbersOf(DType::I32, bytes[zeros_ ? 3 : 2]);
    const std::uint64_t row = wordBytes(shape_.columns, bits_);
    const auto middle = static_cast<float>(1u << (bits_ - 1));
    for (std::uint64_t r = 0; r < count; ++r) {
      const Bytes stream = bytes[0].subspan(r * row, row);
      for (std::uint64_t c = 0; c < shape_.columns; ++c) {
        float& value = values[r * shape_.columns + c];
        const std::uint64_t g = group(group_of_column, c);
        if (g >= shape_.groups) {
          value = std::nanf("");
          continue;
        }
        const float zero = zeros_ ? zeroOf(bytes[2], first, first + r, g) : middle;
        value =
            (static_cast<float>(codeAt(stream, c, bits_)) - zero) * scales[r * shape_.groups + g];
      }
    }
  }

 private:
  std::uint64_t firstWord(std::uint64_t row) const { return row * bits_ / 32; }

  std::uint64_t group(const std::vector<float>& group_of_column, std::uint64_t c) const {
    if (!ordered_) return c / shape_.width();
    const float g = group_of_column[c];
    return g >= 0 && g < static_cast<float>(shape_.groups) ? static_cast<std::uint64_t>(g)
                                                           : shape_.groups;
  }

  // Codes of a column of zero points run down the words.
  float zeroOf(Bytes zeros, std::uint64_t first, std::uint64_t row, std::uint64_t g) const {
    std::uint32_t code = 0;
    for (unsigned b = 0; b < bits_; ++b) {
      const std::uint64_t bit = row * bits_ + b - 32 * firstWord(first);
      const std::uint64_t at = 4 * (bit / 32 * shape_.groups + g) + bit % 32 / 8;
      code |= (std::to_integer<std::uint32_t>(zeros[at]) >> (bit % 8) & 1) << b;
    }
    return static_cast<float>(code);
  }

  Grouped shape_;
  unsigned bits_;
  bool zeros_, ordered_;
};

class ShiftedIntegers final : public Codec {
 public:
  explicit ShiftedIntegers(const Grouped& shape) : shape_(shape) {}

  std::string name() const override { return shape_.text(8) + ", zero points"; }
  std::uint64_t rows() const override { return shape_.rows; }
  std::uint64_t columns() const override { return shape_.columns; }
  bool odd() const override { return false; }

  std::vector<Piece> pieces(std::uint64_t first, std::uint64_t count) const override {
    return {rowsOf(0, DType::I8, shape_.columns, first, count),
            rowsOf(1, shape_.scales, shape_.groups, first, count),
            rowsOf(2, DType::I8, shape_.groups, first, count)};
  }

  void decode(std::uint64_t, std::uint64_t count, std::span<const Bytes> bytes,
              std::span<float> values) const override {
    const std::vector<float> codes = numbersOf(DType::I8, bytes[0]);
    const std::vector<float> scales = numbersOf(shape_.scales, bytes[1]);
    const std::vector<float> zeros = numbersOf(DType::I8, bytes[2]);
    for (std::uint64_t e = 0; e < count * shape_.columns; ++e) {
      const std::uint64_t g =
          e / shape_.columns * shape_.groups + e % shape_.columns / shape_.width();
      values[e] = (codes[e] - zeros[g]) * scales[g];
    }
  }

 private:
  Grouped shape_;
};

class AwqRows final : public Codec {
 public:
  // Of `groups` zero points and scales a row that are stored some are used.
  AwqRows(const Grouped& shape, std::uint64_t group) : shape_(shape), group_(group) {}

  std::string name() const override { return fmt::format("AWQ, 4 bit, groups of {}", group_); }
  std::uint64_t rows() const override { return shape_.rows; }
  std::uint64_t columns() const override { return shape_.columns; }
  bool odd() const override { return false; }

  std::vector<Piece> pieces(std::uint64_t first, std::uint64_t count) const override {
    return {rowsOf(0, DType::U8, shape_.columns / 2, first, count),
            rowsOf(1, DType::U8, shape_.groups / 2, first, count),
            rowsOf(2, shape_.scales, shape_.groups, first, count)};
  }

  void decode(std::uint64_t, std::uint64_t count, std::span<const Bytes> bytes,
              std::span<float> values) const override {
    const std::vector<float> scales = numbersOf(shape_.scales, bytes[2]);
    for (std::uint64_t e = 0; e < count * shape_.columns; ++e) {
      const std::uint64_t g = e / shape_.columns * shape_.groups + e % shape_.columns / group_;
      values[e] = static_cast<float>(static_cast<int>(codeAt(bytes[0], e, 4)) -
                                     static_cast<int>(codeAt(bytes[1], g, 4))) *
                  scales[g];
    }
  }

 private:
  Grouped shape_;
  std::uint64_t group_;
};

}  // namespace

std::unique_ptr<Codec> mlxAffine(const Part& codes, const Part& scales, const Part& biases,
                                 unsigned bits) {
  if (codes.shape.size() != 2 || bits == 0 || codes.shape[1] > (std::uint64_t{1} << 40)) return {};
  const std::uint64_t columns = codes.shape[1] * 32 / bits;
  const auto shape = grouped(scales, codes.shape[0], columns);
  if (!shape || biases.shape != scales.shape || !isPacked(codes, columns, bits)) return nullptr;
  if (!isFactor(biases.dtype)) return nullptr;
  return std::make_unique<MlxAffine>(*shape, biases.dtype, bits);
}

std::unique_ptr<Codec> packedIntegers(const Part& codes, const Part& scales,
                                      const std::optional<Part>& zeros,
                                      const std::optional<Part>& group_of_column, unsigned bits,
                                      std::uint64_t columns) {
  if (!isPacked(codes, columns, bits)) return nullptr;
  const auto shape = grouped(scales, codes.shape[0], columns);
  if (!shape) return nullptr;
  if (zeros) {
    const std::vector<std::uint64_t> wanted{ceilDiv(shape->rows * bits, 32), shape->groups};
    if (zeros->dtype != DType::I32 || zeros->shape != wanted) return nullptr;
  }
  if (group_of_column) {
    const std::vector<std::uint64_t> wanted{columns};
    if (group_of_column->dtype != DType::I32 || group_of_column->shape != wanted) return nullptr;
  }
  return std::make_unique<PackedIntegers>(*shape, bits, zeros.has_value(),
                                          group_of_column.has_value());
}

std::unique_ptr<Codec> shiftedIntegers(const Part& codes, const Part& scales, const Part& zeros) {
  if (codes.dtype != DType::I8 || codes.shape.size() != 2) return nullptr;
  const auto shape = grouped(scales, codes.shape[0], codes.shape[1]);
  if (!shape || zeros.dtype != DType::I8 || zeros.shape != scales.shape) return nullptr;
  return std::make_unique<ShiftedIntegers>(*shape);
}

std::unique_ptr<Codec> awqRows(const Part& codes, const Part& zeros, const Part& scales,
                               std::uint64_t group) {
  constexpr std::uint64_t kInWord = 8, kMost = std::uint64_t{1} << 32;
  for (const Part* words : {&codes, &zeros}) {
    if (words->dtype != DType::I32 || words->shape.size() != 2 || words->shape[1] >= kMost)
      return {};
  }
  const Grouped shape{codes.shape[0], kInWord * codes.shape[1], kInWord * zeros.shape[1],
                      scales.dtype};
  const std::vector<std::uint64_t> wanted{shape.rows, shape.groups};
  if (shape.rows == 0 || shape.columns == 0 || zeros.shape[0] != shape.rows) return nullptr;
  if (scales.shape != wanted || !isFactor(scales.dtype)) return nullptr;
  if (group == 0 || shape.columns % group != 0 || shape.columns / group > shape.groups) {
    return nullptr;
  }
  return std::make_unique<AwqRows>(shape, group);
}

}  // namespace kindred::codecs
