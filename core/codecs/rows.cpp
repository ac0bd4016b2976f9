#include "codecs/rows.hpp"

#include <algorithm>
#include <utility>

#include "codecs/scalars.hpp"

namespace kindred::codecs {
namespace {

class PlainRows final : public Codec {
 public:
  PlainRows(DType dtype, std::uint64_t rows, std::uint64_t columns)
      : dtype_(dtype), rows_(rows), columns_(columns) {}

  std::string name() const override { return std::string(kindred::name(dtype_)); }
  std::uint64_t rows() const override { return rows_; }
  std::uint64_t columns() const override { return columns_; }
  bool odd() const override { return true; }
  std::vector<Piece> pieces(std::uint64_t first, std::uint64_t count) const override {
    return {codecs::rowsOf(0, dtype_, columns_, first, count)};
  }
  void decode(std::uint64_t, std::uint64_t, std::span<const Bytes> bytes,
              std::span<float> values) const override {
    const std::vector<float> numbers = numbersOf(dtype_, bytes[0]);
    std::copy(numbers.begin(), numbers.end(), values.begin());
  }

 private:
  DType dtype_;
  std::uint64_t rows_, columns_;
};

class BlockRows final : public Codec {
 public:
  BlockRows(const BlockType& type, std::uint64_t rows, std::uint64_t columns)
      : type_(type), rows_(rows), columns_(columns) {}

  std::string name() const override { return type_.name; }
  std::uint64_t rows() const override { return rows_; }
  std::uint64_t columns() const override { return columns_; }
  bool odd() const override { return type_.odd; }
  std::vector<Piece> pieces(std::uint64_t first, std::uint64_t count) const override {
    const std::uint64_t row = columns_ / type_.elements * type_.bytes;
    return {{0, first * row, count * row}};
  }
  void decode(std::uint64_t, std::uint64_t, std::span<const Bytes> bytes,
              std::span<float> values) const override {
    codecs::decode(type_, bytes[0], values);
  }

 private:
  const BlockType& type_;
  std::uint64_t rows_, columns_;
};

class HalvesInTurns final : public Codec {
 public:
  HalvesInTurns(std::unique_ptr<Codec> stored, std::uint64_t head)
      : stored_(std::move(stored)), head_(head) {}

  std::string name() const override { return stored_->name() + ", heads in pairs"; }
  std::uint64_t rows() const override { return stored_->rows(); }
  std::uint64_t columns() const override { return stored_->columns(); }
  bool odd() const override { return stored_->odd(); }
  std::vector<Piece> pieces(std::uint64_t first, std::uint64_t count) const override {
    const auto [top, rows] = headsOf(first, count);
    return stored_->pieces(top, rows);
  }
  void decode(std::uint64_t first, std::uint64_t count, std::span<const Bytes> bytes,
              std::span<float> values) const override {
    const auto [top, rows] = headsOf(first, count);
    std::vector<float> heads(rows * columns());
    stored_->decode(top, rows, bytes, heads);
    for (std::uint64_t r = 0; r < count; ++r) {
      const std::uint64_t row = first + r - top, inside = row % head_, half = head_ / 2;
      const std::uint64_t at = row - inside + 2 * (inside % half) + inside / half;
      std::copy_n(heads.begin() + static_cast<std::ptrdiff_t>(at * columns()), columns(),
                  values.begin() + static_cast<std::ptrdiff_t>(r * columns()));
    }
  }

 private:
  // The whole heads around some rows.
  std::pair<std::uint64_t, std::uint64_t> headsOf(std::uint64_t first, std::uint64_t count) const {
    const std::uint64_t top = first / head_ * head_;
    return {top, ceilDiv(first + count, head_) * head_ - top};
  }

  std::unique_ptr<Codec> stored_;
  std::uint64_t head_;
};

class StridedRows final : public Codec {
 public:
  StridedRows(DType dtype, std::vector<std::uint64_t> shape, std::vector<std::uint64_t> strides,
              std::uint64_t first)
      : dtype_(dtype), shape_(std::move(shape)), strides_(std::move(strides)), first_(first) {
    for (std::size_t axis = 0; axis + 1 < shape_.size(); ++axis) rows_ *= shape_[axis];
  }

  std::string name() const override {
    return std::string(kindred::name(dtype_)) + ", a view of a storage";
  }
  std::uint64_t rows() const override { return rows_; }
  std::uint64_t columns() const override { return shape_.back(); }
  bool odd() const override { return true; }
  std::vector<Piece> pieces(std::uint64_t first, std::uint64_t count) const override {
    const auto [low, high] = span(first, count);
    return {codecs::rowsOf(0, dtype_, 1, low, high - low + 1)};
  }
  void decode(std::uint64_t first, std::uint64_t count, std::span<const Bytes> bytes,
              std::span<float> values) const override {
    const std::vector<float> numbers = numbersOf(dtype_, bytes[0]);
    const std::uint64_t low = span(first, count).first;
    for (std::uint64_t r = 0; r < count; ++r) {
      const std::uint64_t row = at(first + r) - low;
      for (std::uint64_t c = 0; c < columns(); ++c) {
        values[r * columns() + c] = numbers[row + c * strides_.back()];
      }
    }
  }

 private:
  // The element of the storage at which a row begins.
  std::uint64_t at(std::uint64_t row) const {
    std::uint64_t element = first_;
    for (std::size_t axis = shape_.size() - 1; axis-- > 0;) {
      element += row % shape_[axis] * strides_[axis];
      row /= shape_[axis];
    }
    return element;
  }
  std::pair<std::uint64_t, std::uint64_t> span(std::uint64_t first, std::uint64_t count) const {
    std::uint64_t low = at(first), high = low;
    for (std::uint64_t r = 1; r < count; ++r) {
      low = std::min(low, at(first + r));
      high = std::max(high, at(first + r));
    }
    return {low, high + (columns() - 1) * strides_.back()};
  }

  DType dtype_;
  std::vector<std::uint64_t> shape_, strides_;
  std::uint64_t first_, rows_ = 1;
};

}  // namespace

std::unique_ptr<Codec> plainRows(DType dtype, std::uint64_t rows, std::uint64_t columns) {
  if (rows == 0 || columns == 0 || info(dtype).bits % 8 != 0) return nullptr;
  return std::make_unique<PlainRows>(dtype, rows, columns);
}

std::unique_ptr<Codec> blockRows(const BlockType& type, std::uint64_t rows, std::uint64_t columns) {
  if (rows == 0 || columns == 0 || columns % type.elements != 0) return nullptr;
  return std::make_unique<BlockRows>(type, rows, columns);
}

std::unique_ptr<Codec> halvesInTurns(std::unique_ptr<Codec> stored, std::uint64_t head) {
  if (stored == nullptr || head == 0 || head % 2 != 0 || stored->rows() % head != 0) return nullptr;
  return std::make_unique<HalvesInTurns>(std::move(stored), head);
}

std::unique_ptr<Codec> stridedRows(DType dtype, std::vector<std::uint64_t> shape,
                                   std::vector<std::uint64_t> strides, std::uint64_t first) {
  const bool empty = std::find(shape.begin(), shape.end(), 0u) != shape.end();
  if (shape.empty() || empty || strides.size() != shape.size() || info(dtype).bits % 8 != 0) {
    return nullptr;
  }
  return std::make_unique<StridedRows>(dtype, std::move(shape), std::move(strides), first);
}

}  // namespace kindred::codecs
