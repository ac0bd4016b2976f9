#include "constants/order.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <kindred/analysis/stats/row_products.hpp>
#include <kindred/random.hpp>

namespace kindred::constants {
namespace {

constexpr std::size_t kMostCompared = 256;  // rows, and columns, that are looked at
constexpr std::size_t kFewest = 16;         // rows in which an order can be told
constexpr std::size_t kFarthest = 64;
constexpr int kShuffles = 199;
constexpr double kMargin = 1.25;  // above the best of random orders

// Rows of a matrix, or its columns, as vectors about their mean, of length 1.
class Vectors {
 public:
  Vectors(std::span<const float> values, std::size_t columns, bool of_rows) {
    const std::size_t rows = std::min(values.size() / columns, kMostCompared);
    const std::size_t wide = std::min(columns, kMostCompared);
    count_ = of_rows ? rows : wide;
    width_ = of_rows ? wide : rows;
    for (std::size_t i = 0; i < count_; ++i) {
      for (std::size_t j = 0; j < width_; ++j) {
        entries_.push_back(of_rows ? values[i * columns + j] : values[j * columns + i]);
      }
    }
    centre();
    normalise();
  }

  std::size_t count() const { return count_; }

  // Cosines of all with all.
  std::vector<float> cosines() const {
    std::vector<float> all(count_ * count_);
    for (std::size_t i = 0; i < count_; ++i) {
      stats::rowProducts(at(i), entries_.data(), i + 1, width_, all.data() + i * count_);
      for (std::size_t j = 0; j < i; ++j) all[j * count_ + i] = all[i * count_ + j];
    }
    return all;
  }

 private:
  const float* at(std::size_t i) const { return entries_.data() + i * width_; }

  void centre() {
    for (std::size_t j = 0; j < width_; ++j) {
      double sum = 0;
      for (std::size_t i = 0; i < count_; ++i) sum += entries_[i * width_ + j];
      const auto mean = static_cast<float>(sum / static_cast<double>(count_));
      for (std::size_t i = 0; i < count_; ++i) entries_[i * width_ + j] -= mean;
    }
  }

  void normalise() {
    for (std::size_t i = 0; i < count_; ++i) {
      double square = 0;
      for (std::size_t j = 0; j < width_; ++j) square += double{at(i)[j]} * at(i)[j];
      const double length = std::sqrt(square);
      for (std::size_t j = 0; j < width_; ++j) {
        float& entry = entries_[i * width_ + j];
        entry = length > 0 && std::isfinite(length) ? static_cast<float>(entry / length) : 0;
      }
    }
  }

  std::size_t count_ = 0, width_ = 0;
  std::vector<float> entries_;
};

// The largest mean cosine of vectors so many places apart, over all such distances.
double likeness(const std::vector<float>& cosines, const std::vector<std::uint32_t>& order) {
  const std::size_t count = order.size();
  double largest = 0;
  for (std::size_t far = 1; far <= std::min(kFarthest, count / 3); ++far) {
    double sum = 0;
    for (std::size_t i = 0; i + far < count; ++i) sum += cosines[order[i] * count + order[i + far]];
    largest = std::max(largest, sum / static_cast<double>(count - far));
  }
  return largest;
}

bool areOrdered(const Vectors& vectors) {
  if (vectors.count() < kFewest) return false;
  const std::vector<float> cosines = vectors.cosines();
  std::vector<std::uint32_t> order(vectors.count());
  std::iota(order.begin(), order.end(), 0u);
  const double stored = likeness(cosines, order);
  Random random(vectors.count());
  for (int shuffle = 0; shuffle < kShuffles; ++shuffle) {
    random.shuffle(std::span(order));
    if (kMargin * likeness(cosines, order) >= stored) return false;
  }
  return true;
}

}  // namespace

bool rowsAreOrdered(std::uint64_t columns, std::span<const float> values) {
  return areOrdered(Vectors(values, columns, true));
}

bool columnsAreOrdered(std::uint64_t columns, std::span<const float> values) {
  return areOrdered(Vectors(values, columns, false));
}

}  // namespace kindred::constants
