#include "codecs/four_bit_floats.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "codecs/scalars.hpp"

namespace kindred::codecs {
namespace {

class FourBitFloats final : public Codec {
 public:
  FourBitFloats(std::uint64_t rows, std::uint64_t columns, const Part& scales,
                std::optional<std::pair<DType, Global>> global)
      : rows_(rows),
        columns_(columns),
        groups_(scales.shape.back()),
        scales_(scales.dtype),
        global_(global) {}

  std::string name() const override {
    const bool power = scales_ != DType::F8_E4M3;
    return fmt::format("{}, groups of {}", power ? "MXFP4" : "NVFP4", columns_ / groups_);
  }
  std::uint64_t rows() const override { return rows_; }
  std::uint64_t columns() const override { return columns_; }
  bool odd() const override { return true; }

  std::vector<Piece> pieces(std::uint64_t first, std::uint64_t count) const override {
    std::vector<Piece> pieces{rowsOf(0, DType::U8, columns_ / 2, first, count),
                              rowsOf(1, scales_, groups_, first, count)};
    if (global_) pieces.push_back({2, 0, sizeOf(global_->first)});
    return pieces;
  }

  void decode(std::uint64_t, std::uint64_t count, std::span<const Bytes> bytes,
              std::span<float> values) const override {
    const std::vector<float> scales = scalesOf(bytes[1]);
    float global = 1;
    if (global_) {
      global = numbersOf(global_->first, bytes[2]).front();
      if (global_->second == Global::divides) global = 1 / global;
    }
    const std::uint64_t group = columns_ / groups_;
    for (std::uint64_t e = 0; e < count * columns_; ++e) {
      const unsigned byte = std::to_integer<unsigned>(bytes[0][e / 2]);
      values[e] = e2m1(e % 2 == 0 ? byte & 15 : byte >> 4) * (scales[e / group] * global);
    }
  }

 private:
  std::vector<float> scalesOf(Bytes bytes) const {
    return numbersOf(scales_ == DType::U8 ? DType::F8_E8M0 : scales_, bytes);
  }

  std::uint64_t rows_, columns_, groups_;
  DType scales_;
  std::optional<std::pair<DType, Global>> global_;
};

bool isScale(DType dtype) {
  return dtype == DType::U8 || dtype == DType::F8_E8M0 || dtype == DType::F8_E4M3;
}

std::unique_ptr<Codec> make(const Part& codes, const Part& scales,
                            std::optional<std::pair<DType, Global>> global) {
  const std::vector<std::uint64_t>& shape = codes.shape;
  if (codes.dtype != DType::U8 || shape.size() < 2 || shape.size() > 3) return nullptr;
  const std::uint64_t bytes = shape.size() == 3 ? shape[1] * shape[2] : shape[1];
  if (shape.size() == 3 && (shape[2] != 16 || shape[1] > (std::uint64_t{1} << 40))) return nullptr;
  if (scales.shape.size() != 2 || scales.shape[0] != shape[0] || !isScale(scales.dtype)) {
    return nullptr;
  }
  const std::uint64_t groups = scales.shape[1];
  if (shape[0] == 0 || bytes == 0 || groups == 0 || 2 * bytes % groups != 0) return nullptr;
  return std::make_unique<FourBitFloats>(shape[0], 2 * bytes, scales, global);
}

}  // namespace

float e2m1(unsigned code) {
  constexpr float kMagnitudes[] = {0.0f, 0.5f, 1.0f, 1.5f, 2.0f, 3.0f, 4.0f, 6.0f};
  const float magnitude = kMagnitudes[code & 7];
  return (code & 8) != 0 ? -magnitude : magnitude;
}

std::unique_ptr<Codec> fourBitFloats(const Part& codes, const Part& scales) {
  return make(codes, scales, std::nullopt);
}

std::unique_ptr<Codec> fourBitFloats(const Part& codes, const Part& scales, const Part& global,
                                     Global use) {
  if (global.dtype != DType::F32) return nullptr;
  for (const std::uint64_t length : global.shape) {
    if (length != 1) return nullptr;
  }
  return make(codes, scales, std::pair{global.dtype, use});
}

}  // namespace kindred::codecs
