#include "constants/peaks.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <mutex>
#include <numbers>
#include <vector>

#include <kindred/analysis/stats/row_products.hpp>
#include <kindred/random.hpp>

namespace kindred::constants {
namespace {

constexpr std::size_t kLargest = 128;      // rows, and columns, that are looked at
constexpr std::size_t kFewestPeaks = 16;   // rows in which a rule can be told
constexpr std::size_t kFarthestPeaks = 8;  // rows between which a rule may hold
constexpr int kReorderings = 99;
constexpr double kAboveChance = 6;        // above the shuffles, of a count that is nearly Poisson's
constexpr std::size_t kLeastRegular = 8;  // peaks that follow the rule

using Row = std::vector<float>;
using Rows = std::vector<Row>;

Rows rowsOf(std::span<const float> values, std::size_t columns, bool transposed) {
  const std::size_t rows = std::min(values.size() / columns, kLargest);
  const std::size_t wide = std::min(columns, kLargest);
  Rows all(transposed ? wide : rows, Row(transposed ? rows : wide));
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < wide; ++j) {
      const float value = values[i * columns + j];
      (transposed ? all[j][i] : all[i][j]) = std::isfinite(value) ? value : 0;
    }
  }
  return all;
}

// Means of rows and of columns say nothing of a pattern, and would be its peaks.
void removeMeans(Rows& rows) {
  std::vector<double> sums(rows.front().size());
  for (Row& row : rows) {
    double sum = 0;
    for (const float x : row) sum += x;
    const auto mean = static_cast<float>(sum / static_cast<double>(row.size()));
    for (float& x : row) x -= mean;
    for (std::size_t j = 0; j < row.size(); ++j) sums[j] += row[j];
  }
  for (Row& row : rows) {
    for (std::size_t j = 0; j < row.size(); ++j) {
      row[j] -= static_cast<float>(sums[j] / static_cast<double>(rows.size()));
    }
  }
}

// In place, of a length that is a power of two.
void walsh(Row& row) {
  for (std::size_t half = 1; half < row.size(); half *= 2) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if ((i & half) != 0) continue;
      const float x = row[i], y = row[i + half];
      row[i] = x + y;
      row[i + half] = x - y;
    }
  }
}

void haar(Row& row) {
  Row next(row.size());
  for (std::size_t length = row.size(); length > 1; length /= 2) {
    for (std::size_t i = 0; i < length / 2; ++i) {
      next[i] = (row[2 * i] + row[2 * i + 1]) * (std::numbers::sqrt2_v<float> / 2);
      next[length / 2 + i] = (row[2 * i] - row[2 * i + 1]) * (std::numbers::sqrt2_v<float> / 2);
    }
    std::copy_n(next.begin(), length, row.begin());
  }
}

// Sizes by frequency, half as many as values, whatever the phase.
class Fourier {
 public:
  explicit Fourier(std::size_t length) : length_(length) {
    const double step = std::numbers::pi / static_cast<double>(length);
    for (std::size_t k = 0; k < length; ++k) {
      for (std::size_t j = 0; j < length; ++j) {
        const double angle = step * static_cast<double>(k * j % (2 * length));
        cosines_.push_back(static_cast<float>(std::cos(angle)));
        sines_.push_back(static_cast<float>(std::sin(angle)));
      }
    }
  }

  // In steps of half a wave over the row.
  void operator()(Row& row) const {
    Row re(length_), im(length_);
    stats::rowProducts(row.data(), cosines_.data(), length_, length_, re.data());
    stats::rowProducts(row.data(), sines_.data(), length_, length_, im.data());
    row[0] = 0;
    for (std::size_t k = 1; k < length_; ++k) row[k] = re[k] * re[k] + im[k] * im[k];
  }

 private:
  std::size_t length_;
  Row cosines_, sines_;  // a row a frequency
};

std::vector<std::size_t> peaksOf(const Rows& rows) {
  std::vector<std::size_t> peaks;
  for (const Row& row : rows) {
    const auto largest = std::max_element(
        row.begin(), row.end(), [](float x, float y) { return std::abs(x) < std::abs(y); });
    peaks.push_back(static_cast<std::size_t>(largest - row.begin()));
  }
  return peaks;
}

// How often the peaks of rows some places apart are some other places apart, for the distances of
// which that holds most often. Peaks in one place don't count: an outlying column makes them.
std::size_t mostRegular(const std::vector<std::size_t>& peaks, std::size_t width) {
  std::size_t most = 0;
  for (std::size_t far = 1; far <= kFarthestPeaks; ++far) {
    std::vector<std::size_t> times(width);
    for (std::size_t i = 0; i + far < peaks.size(); ++i) {
      ++times[(peaks[i + far] + width - peaks[i]) % width];
    }
    most = std::max(most, *std::max_element(times.begin() + 1, times.end()));
  }
  return most;
}

// Random order of the rows: the peaks in another order. Random order of the columns: the peaks
// under other numbers.
bool areRegular(std::vector<std::size_t> peaks, std::size_t width) {
  const std::size_t stored = mostRegular(peaks, width);
  if (stored < kLeastRegular) return false;
  std::size_t most = 0;
  const auto stands_out = [&] {
    const auto shuffled = static_cast<double>(most);
    return static_cast<double>(stored) > shuffled + kAboveChance * std::sqrt(shuffled) / 2;
  };
  Random random(peaks.size());
  std::vector<std::size_t> numbers(width);
  for (std::size_t i = 0; i < width; ++i) numbers[i] = i;
  // The most only grows: what no longer stands out never will.
  for (int shuffle = 0; shuffle < kReorderings && stands_out(); ++shuffle) {
    random.shuffle(std::span(numbers));
    std::vector<std::size_t> renumbered(peaks);
    for (std::size_t& peak : renumbered) peak = numbers[peak];
    most = std::max(most, mostRegular(renumbered, width));
    random.shuffle(std::span(peaks));
    most = std::max(most, mostRegular(peaks, width));
  }
  return stands_out();
}

template <class Change>
bool areRegularAfter(Rows rows, std::size_t width, const Change& change) {
  for (Row& row : rows) {
    row.resize(width);
    change(row);
  }
  return areRegular(peaksOf(rows), width);
}

// Of a length once: nearly all matrices have kLargest.
const Fourier& fourierOf(std::size_t length) {
  static std::mutex mutex;
  static std::map<std::size_t, Fourier> made;
  const std::lock_guard lock(mutex);
  return made.try_emplace(length, length).first->second;
}

bool hasRule(const Rows& rows) {
  const std::size_t width = rows.front().size(), whole = std::bit_floor(width);
  return areRegularAfter(rows, width, [](Row&) {}) ||
         areRegularAfter(rows, width, fourierOf(width)) || areRegularAfter(rows, whole, walsh) ||
         areRegularAfter(rows, whole, haar);
}

}  // namespace

bool peaksFollowNumbers(std::uint64_t columns, std::span<const float> values) {
  for (const bool transposed : {false, true}) {
    Rows rows = rowsOf(values, columns, transposed);
    if (rows.size() < kFewestPeaks || rows.front().size() < kFewestPeaks) return false;
    removeMeans(rows);
    if (hasRule(rows)) return true;
  }
  return false;
}

}  // namespace kindred::constants
