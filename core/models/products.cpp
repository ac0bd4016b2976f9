#include "models/products.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "models/matrix_rows.hpp"

namespace kindred::models {
namespace {

// Bytes of the values of one product at most: no model has so large a layer.
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 34;
constexpr std::uint64_t kColumnsAtOnce = 1024;  // so that a strip of the second matrix stays near

class ProductFile final : public DecodedFile {
 public:
  explicit ProductFile(const Product& product)
      : of_(product.of),
        times_(product.times),
        plus_(product.gains_plus_one ? 1.0f : 0.0f),
        block_(product.block),
        first_(product.first),
        count_(product.count) {
    if (product.gains != nullptr) gains_.emplace(*product.gains);
  }

  const std::string& place() const override { return of_.shard().file->place(); }
  std::uint64_t size() const override { return of_.rows() / block_ * count_ * rowBytes(); }
  std::string identity() const override { return of_.shard().file->identity(); }

  std::vector<ByteRange> stored(std::uint64_t offset, std::uint64_t length) const override {
    std::vector<ByteRange> ranges;
    if (length == 0) return ranges;
    times_.addStored(0, times_.rows(), ranges);
    if (gains_) gains_->addStored(0, 1, ranges);
    for (const Run& run : runsOf(offset, length)) of_.addStored(run.first, run.count, ranges);
    return ranges;
  }

  void decode(std::uint64_t offset, std::span<const std::span<const std::byte>> stored,
              std::span<std::byte> into) const override {
    if (into.empty()) return;
    const std::shared_ptr<const Made> made = madeOf(offset, stored, into.size());
    std::memcpy(into.data(), made->bytes().data() + (offset - made->offset), into.size());
  }

 private:
  struct Run {  // of rows that follow one another in `of`
    std::uint64_t first = 0, count = 0;
  };

  // Whole rows that were made.
  struct Made {
    std::uint64_t offset = 0;
    std::vector<float> values;

    std::span<const std::byte> bytes() const { return std::as_bytes(std::span(values)); }
    bool holds(std::uint64_t first, std::uint64_t length) const {
      return first >= offset && first + length <= offset + bytes().size();
    }
  };

  // A product of thousands of rows takes seconds, and test after test asks for the same: the most
  // that was made at once is kept, which is no more than a plan lets anybody make.
  std::shared_ptr<const Made> madeOf(std::uint64_t offset,
                                     std::span<const std::span<const std::byte>> stored,
                                     std::uint64_t length) const {
    {
      const std::lock_guard lock(mutex_);
      if (kept_ != nullptr && kept_->holds(offset, length)) return kept_;
    }
    auto made = std::make_shared<Made>();
    made->offset = offset - offset % rowBytes();
    made->values = multiplied(offset, stored, length);
    const std::lock_guard lock(mutex_);
    if (kept_ == nullptr || made->values.size() >= kept_->values.size()) kept_ = made;
    return made;
  }

  std::vector<float> multiplied(std::uint64_t offset,
                                std::span<const std::span<const std::byte>> stored,
                                std::uint64_t length) const {
    std::vector<float> times = times_.take(0, times_.rows(), stored);
    if (gains_) scale(times, gains_->take(0, 1, stored));
    std::vector<float> of;
    for (const Run& run : runsOf(offset, length)) {
      const std::vector<float> rows = of_.take(run.first, run.count, stored);
      of.insert(of.end(), rows.begin(), rows.end());
    }
    return multiplied(of, times);
  }

  std::uint64_t rowBytes() const { return times_.columns() * sizeof(float); }

  std::vector<Run> runsOf(std::uint64_t offset, std::uint64_t length) const {
    std::vector<Run> runs;
    const std::uint64_t end = (offset + length - 1) / rowBytes() + 1;
    for (std::uint64_t row = offset / rowBytes(); row < end;) {
      const std::uint64_t inside = row % count_, rows = std::min(count_ - inside, end - row);
      runs.push_back({row / count_ * block_ + first_ + inside, rows});
      row += rows;
    }
    return runs;
  }

  // A gain that is no number would make one of every row.
  void scale(std::vector<float>& times, const std::vector<float>& gains) const {
    for (std::uint64_t k = 0; k < times_.rows(); ++k) {
      const float gain = std::isfinite(gains[k]) ? gains[k] + plus_ : 1.0f;
      for (std::uint64_t c = 0; c < times_.columns(); ++c) times[k * times_.columns() + c] *= gain;
    }
  }

  // Each number is a sum in one order, whichever rows are asked for.
  std::vector<float> multiplied(const std::vector<float>& of,
                                const std::vector<float>& times) const {
    const std::uint64_t rank = times_.rows(), columns = times_.columns(), rows = of.size() / rank;
    std::vector<float> values(rows * columns, 0.0f);
    for (std::uint64_t c = 0; c < columns; c += kColumnsAtOnce) {
      const std::uint64_t width = std::min(kColumnsAtOnce, columns - c);
      for (std::uint64_t r = 0; r < rows; ++r) {
        float* __restrict into = values.data() + r * columns + c;
        for (std::uint64_t k = 0; k < rank; ++k) {
          const float weight = of[r * rank + k];
          const float* __restrict from = times.data() + k * columns + c;
          for (std::uint64_t i = 0; i < width; ++i) into[i] += weight * from[i];
        }
      }
    }
    return values;
  }

  MatrixRows of_, times_;
  std::optional<MatrixRows> gains_;
  float plus_;
  std::uint64_t block_, first_, count_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Made> kept_;
};

std::string problemOf(const Product& product) {
  for (const View* view : {&product.of, &product.times, product.gains}) {
    if (view != nullptr && (!MatrixRows::fits(*view) || view->info.elements == 0)) {
      return fmt::format("is not made: '{}' is no matrix of numbers in one run", view->info.name);
    }
  }
  const auto &of = product.of.info.shape, &times = product.times.info.shape;
  if (of.size() != 2 || times.size() != 2 || of[1] != times[0]) {
    return fmt::format("is not made: the columns of '{}' are not the rows of '{}'",
                       product.of.info.name, product.times.info.name);
  }
  if (product.gains != nullptr && product.gains->info.elements != times[0]) {
    return fmt::format("is not made: '{}' has not {} gains", product.gains->info.name, times[0]);
  }
  const std::uint64_t block = product.block;
  if (block == 0 || of[0] % block != 0 || product.count == 0 || product.first >= block ||
      product.count > block - product.first) {
    return fmt::format("is not made: the {} rows of '{}' are no heads of {}", of[0],
                       product.of.info.name, block);
  }
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(of[0] / block * product.count, times[1] * sizeof(float), &bytes) ||
      bytes > kMostBytes) {
    return "is not made: it would take more than 16 GiB";
  }
  return {};
}

}  // namespace

MadeMatrix productOf(const Product& product) {
  MadeMatrix made;
  made.problem = problemOf(product);
  if (!made.problem.empty()) return made;
  auto file = std::make_shared<ProductFile>(product);
  made.shard = std::make_shared<const Shard>(Shard{product.of.shard->name, file, 0, file.get()});
  made.view = product.of;
  made.view.shard = made.shard.get();
  made.view.offset = made.view.first = 0;
  TensorInfo& info = made.view.info;
  info.dtype = DType::F32;
  info.shape = {product.of.info.shape[0] / product.block * product.count,
                product.times.info.shape[1]};
  info.elements = info.shape[0] * info.shape[1];
  info.name = fmt::format("{}[rows {}:{} of every {}] * {}", product.of.info.name, product.first,
                          product.first + product.count, product.block, product.times.info.name);
  return made;
}

}  // namespace kindred::models
