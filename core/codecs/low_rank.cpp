#include "codecs/low_rank.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "codecs/scalars.hpp"

namespace kindred::codecs {
namespace {

using models::ByteRange;
using models::View;
using Stored = std::span<const std::span<const std::byte>>;

// Columns of A that are read together where the rows of the base stand for them: each row then
// costs a few kilobytes of every row of A, and neighbours cost nothing more.
constexpr std::uint64_t kWindow = 4096;

ByteRange elementsOf(const View& view, std::uint64_t first, std::uint64_t count) {
  const std::uint64_t size = sizeOf(view.info.dtype);
  return {view.shard, view.offset + (view.first + first) * size, count * size};
}

std::vector<float> floatsOf(const View& view, Stored stored) {
  std::vector<float> numbers;
  for (const auto& bytes : stored) {
    const std::vector<float> more = numbersOf(view.info.dtype, bytes);
    numbers.insert(numbers.end(), more.begin(), more.end());
  }
  return numbers;
}

}  // namespace

LowRankFile::LowRankFile(LowRankChange change)
    : change_(std::move(change)),
      rows_(change_.base.info.shape[0]),
      columns_(change_.base.info.shape[1]),
      rank_(change_.a.info.shape[0]) {}

LowRankFile::Part LowRankFile::partOf(std::uint64_t offset, std::uint64_t length) const {
  Part part;
  part.first = offset / sizeof(float);
  part.count = ceilDiv(offset + length, sizeof(float)) - part.first;
  part.top = part.first / columns_;
  part.rows = ceilDiv(part.first + part.count, columns_) - part.top;
  if (change_.magnitudes) {  // the length of a row takes all of it
    part.first = part.top * columns_;
    part.count = part.rows * columns_;
  }
  if (change_.inputs_first) {
    part.left = part.top / kWindow * kWindow;
    part.width = std::min(rows_, ceilDiv(part.top + part.rows, kWindow) * kWindow) - part.left;
  }
  return part;
}

std::vector<ByteRange> LowRankFile::ofBase(const Part& part) const {
  const ByteRange range = elementsOf(change_.base, part.first, part.count);
  if (range.shard->decoded == nullptr) return {range};
  return range.shard->decoded->stored(range.offset, range.length);
}

// Of the base, of the factor that has the base's columns, of the one that has its rows, lengths.
std::vector<ByteRange> LowRankFile::stored(std::uint64_t offset, std::uint64_t length) const {
  if (length == 0) return {};
  const Part part = partOf(offset, length);
  std::vector<ByteRange> ranges = ofBase(part);
  const View& by_columns = change_.inputs_first ? change_.b : change_.a;
  ranges.push_back(elementsOf(by_columns, 0, rank_ * columns_));
  if (change_.inputs_first) {
    for (std::uint64_t k = 0; k < rank_; ++k) {
      ranges.push_back(elementsOf(change_.a, k * rows_ + part.left, part.width));
    }
  } else {
    ranges.push_back(elementsOf(change_.b, part.top * rank_, part.rows * rank_));
  }
  if (change_.magnitudes) ranges.push_back(elementsOf(*change_.magnitudes, part.top, part.rows));
  return ranges;
}

void LowRankFile::decode(std::uint64_t offset, Stored stored, std::span<std::byte> into) const {
  if (into.empty()) return;
  const Part part = partOf(offset, into.size());
  const std::size_t of_base = ofBase(part).size();
  std::vector<float> values = baseOf(part, stored.first(of_base));
  const View& by_columns = change_.inputs_first ? change_.b : change_.a;
  const View& by_rows = change_.inputs_first ? change_.a : change_.b;
  const std::size_t row_pieces = change_.inputs_first ? rank_ : 1;
  addChange(part, floatsOf(by_columns, stored.subspan(of_base, 1)),
            floatsOf(by_rows, stored.subspan(of_base + 1, row_pieces)), values);
  if (change_.magnitudes) {
    giveLengths(floatsOf(*change_.magnitudes, stored.last(1)), values);
  }
  const std::uint64_t before = offset - part.first * sizeof(float);
  std::memcpy(into.data(), std::as_bytes(std::span(values)).data() + before, into.size());
}

std::vector<float> LowRankFile::baseOf(const Part& part, Stored stored) const {
  const ByteRange range = elementsOf(change_.base, part.first, part.count);
  if (range.shard->decoded == nullptr) return floatsOf(change_.base, stored);
  std::vector<float> values(part.count);
  range.shard->decoded->decode(range.offset, stored, std::as_writable_bytes(std::span(values)));
  return values;
}

void LowRankFile::addChange(const Part& part, std::span<const float> by_columns,
                            std::span<const float> by_rows, std::span<float> values) const {
  const auto scale = static_cast<float>(change_.scale);
  std::vector<float> weights(rank_);
  for (std::uint64_t row = part.top; row < part.top + part.rows; ++row) {
    for (std::uint64_t k = 0; k < rank_; ++k) {
      weights[k] = scale * (change_.inputs_first ? by_rows[k * part.width + row - part.left]
                                                 : by_rows[(row - part.top) * rank_ + k]);
    }
    const std::uint64_t first = std::max(row * columns_, part.first);
    const std::uint64_t end = std::min((row + 1) * columns_, part.first + part.count);
    const std::uint64_t left = first - row * columns_, width = end - first;
    float* const into = values.data() + (first - part.first);
    if (change_.inputs_first) {
      for (std::uint64_t c = 0; c < width; ++c) {
        const float* of_column = by_columns.data() + (left + c) * rank_;
        float sum = 0;
        for (std::uint64_t k = 0; k < rank_; ++k) sum += weights[k] * of_column[k];
        into[c] += sum;
      }
      continue;
    }
    for (std::uint64_t k = 0; k < rank_; ++k) {
      const float* of_rank = by_columns.data() + k * columns_ + left;
      for (std::uint64_t c = 0; c < width; ++c) into[c] += weights[k] * of_rank[c];
    }
  }
}

void LowRankFile::giveLengths(std::span<const float> lengths, std::span<float> values) const {
  for (std::size_t row = 0; row < lengths.size(); ++row) {
    const std::span<float> of_row = values.subspan(row * columns_, columns_);
    double sum = 0;
    for (const float x : of_row) sum += double{x} * x;
    if (!(sum > 0)) continue;
    const auto factor = static_cast<float>(lengths[row] / std::sqrt(sum));
    for (float& x : of_row) x *= factor;
  }
}

}  // namespace kindred::codecs
