#include "models/matrix_rows.hpp"

#include "models/dtypes.hpp"

namespace kindred::models {

MatrixRows::MatrixRows(const Shard& shard, DType dtype, std::uint64_t offset, std::uint64_t rows,
                       std::uint64_t columns)
    : shard_(&shard), dtype_(dtype), offset_(offset), rows_(rows), columns_(columns) {}

MatrixRows::MatrixRows(const View& view)
    : MatrixRows(*view.shard, view.info.dtype,
                 view.offset + view.first * (info(view.info.dtype).bits / 8),
                 rowsOf(view.info.shape), view.info.shape.empty() ? 1 : view.info.shape.back()) {}

bool MatrixRows::fits(const View& view) {
  const DTypeInfo& dtype = info(view.info.dtype);
  return view.isRun() && view.info.shape.size() <= 2 && dtype.bits % 8 == 0 && !dtype.wide;
}

ByteRange MatrixRows::range(std::uint64_t first, std::uint64_t count) const {
  const std::uint64_t row = columns_ * (info(dtype_).bits / 8);
  return {shard_, offset_ + first * row, count * row};
}

void MatrixRows::addStored(std::uint64_t first, std::uint64_t count,
                           std::vector<ByteRange>& ranges) const {
  const ByteRange wanted = range(first, count);
  if (shard_->decoded == nullptr) return ranges.push_back(wanted);
  const std::vector<ByteRange> behind = shard_->decoded->stored(wanted.offset, wanted.length);
  ranges.insert(ranges.end(), behind.begin(), behind.end());
}

std::vector<float> MatrixRows::take(std::uint64_t first, std::uint64_t count,
                                    std::span<const Bytes>& stored) const {
  std::vector<float> values(count * columns_);
  if (shard_->decoded == nullptr) {
    toFloat(dtype_, stored.front(), values);
    stored = stored.subspan(1);
    return values;
  }
  const ByteRange wanted = range(first, count);
  const std::size_t behind = shard_->decoded->stored(wanted.offset, wanted.length).size();
  shard_->decoded->decode(wanted.offset, stored.first(behind),
                          std::as_writable_bytes(std::span(values)));
  stored = stored.subspan(behind);
  return values;
}

}  // namespace kindred::models
