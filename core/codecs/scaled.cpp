#include "codecs/scaled.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "codecs/scalars.hpp"
#include "models/byte_floats.hpp"

namespace kindred::codecs {
namespace {

class Scaled final : public Codec {
 public:
  Scaled(const Part& codes, const Part& scales, std::uint64_t height, std::uint64_t width,
         float factor)
      : codes_(codes.dtype),
        scales_(scales.dtype),
        rows_(codes.shape[0]),
        columns_(codes.shape[1]),
        height_(height),
        width_(width),
        factor_(factor),
        across_(ceilDiv(columns_, width)) {}

  std::string name() const override {
    const std::string of = height_ >= rows_ && width_ >= columns_ ? "the matrix"
                           : width_ >= columns_                   ? "each row"
                                                : fmt::format("blocks of {} x {}", height_, width_);
    return fmt::format("{} with a scale for {}", kindred::name(codes_), of);
  }
  std::uint64_t rows() const override { return rows_; }
  std::uint64_t columns() const override { return columns_; }
  bool odd() const override { return true; }

  std::vector<Piece> pieces(std::uint64_t first, std::uint64_t count) const override {
    const std::uint64_t top = first / height_, bottom = ceilDiv(first + count, height_);
    return {rowsOf(0, codes_, columns_, first, count),
            rowsOf(1, scales_, across_, top, bottom - top)};
  }

  void decode(std::uint64_t first, std::uint64_t count, std::span<const Bytes> bytes,
              std::span<float> values) const override {
    const std::vector<float> scales = numbersOf(scales_, bytes[1]);
    const std::uint64_t top = first / height_, row_bytes = columns_ * sizeOf(codes_);
    for (std::uint64_t r = 0; r < count; ++r) {
      const std::span<float> row = values.subspan(r * columns_, columns_);
      const Bytes coded = bytes[0].subspan(r * row_bytes, row_bytes);
      const float* scale = scales.data() + ((first + r) / height_ - top) * across_;
      for (std::uint64_t left = 0, b = 0; left < columns_; left += width_, ++b) {
        const std::uint64_t width = std::min(width_, columns_ - left), size = sizeOf(codes_);
        toTimes(coded.subspan(left * size, width * size), row.subspan(left, width),
                scale[b] * factor_);
      }
    }
  }

 private:
  void toTimes(Bytes coded, std::span<float> values, float factor) const {
    if (codes_ == DType::F8_E4M3) return models::convertE4M3(coded, values, factor);
    if (codes_ == DType::F8_E5M2) return models::convertE5M2(coded, values, factor);
    toNumbers(codes_, coded, values);
    for (float& value : values) value *= factor;
  }

  DType codes_, scales_;
  std::uint64_t rows_, columns_, height_, width_;
  float factor_;
  std::uint64_t across_;  // scales beside each other
};

// The power of two that cuts `length` into `parts`; 0: none does.
std::uint64_t blockOf(std::uint64_t length, std::uint64_t parts) {
  if (parts == 0) return 0;
  if (parts == 1) return length;
  for (std::uint64_t size = 1; size < length; size *= 2) {
    if (ceilDiv(length, size) == parts) return size;
  }
  return 0;
}

}  // namespace

std::unique_ptr<Codec> scaled(const Part& codes, const Part& scales, std::uint64_t height,
                              std::uint64_t width, float factor) {
  if (codes.shape.size() != 2 || codes.shape[0] == 0 || codes.shape[1] == 0) return nullptr;
  if (!isFactor(codes.dtype) || !isFactor(scales.dtype)) return nullptr;
  const std::uint64_t rows = codes.shape[0], columns = codes.shape[1];
  std::vector<std::uint64_t> shape = scales.shape;
  if (shape.empty()) shape = {1};
  if (shape.size() == 1) shape.push_back(1);
  if (shape.size() != 2) return nullptr;
  if (shape[0] == 1 && shape[1] == 1) {
    height = rows;
    width = columns;
  } else if (shape[0] == rows && shape[1] == 1) {
    height = 1;
    width = columns;
  } else {
    if (height == 0) height = blockOf(rows, shape[0]);
    if (width == 0) width = blockOf(columns, shape[1]);
  }
  if (height == 0 || width == 0) return nullptr;
  if (ceilDiv(rows, height) != shape[0] || ceilDiv(columns, width) != shape[1]) return nullptr;
  return std::make_unique<Scaled>(codes, scales, height, width, factor);
}

}  // namespace kindred::codecs
