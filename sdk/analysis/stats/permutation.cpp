#include <kindred/analysis/stats/permutation.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

#include <kindred/analysis/stats/detail/rotated_sums.hpp>
#include <kindred/analysis/stop/stop.hpp>
#include <kindred/error.hpp>
#include <kindred/random.hpp>

namespace kindred::stats {

namespace {

// The table's columns as integers, ready for rotation. Column j stands in line j, from the last row
// to the first, twice: with r = p^-1, the sum for p c^s is sum_j X[r(j) - s][j], and that element
// is at start(r(j)) + s of line j.
class Lines {
 public:
  explicit Lines(MatrixView<double> table)
      : n_(table.rows), stride_(2 * n_ + kShiftLanes), values_(n_ * stride_, 0) {
    setScale(table);
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = 0; j < n_; ++j) {
        const auto value =
            static_cast<std::int32_t>(std::lrint((table.row(i)[j] - middle_) / unit_));
        std::int32_t* line = values_.data() + j * stride_;
        line[n_ - 1 - i] = value;
        line[2 * n_ - 1 - i] = value;
      }
    }
  }

  std::size_t size() const { return n_; }
  std::size_t stride() const { return stride_; }
  // What a sum of integers stands for.
  double sum(std::int32_t units) const { return middle_ * static_cast<double>(n_) + unit_ * units; }
  // Rounding moves each of n values by at most half a unit: equal sums differ by at most this.
  std::int32_t tie() const { return static_cast<std::int32_t>(n_); }
  const std::int32_t* line(std::size_t j) const { return values_.data() + j * stride_; }
  std::uint32_t start(std::size_t position) const {
    return static_cast<std::uint32_t>(n_ - 1 - position);
  }

 private:
  void setScale(MatrixView<double> table) {
    double least = std::numeric_limits<double>::infinity();
    double most = -least;
    for (const double x : table.values) {
      if (!std::isfinite(x)) {
        throw inputError("", "a permutation test over values that are not finite",
                         "leave out pairs whose figure is undefined");
      }
      least = std::min(least, x);
      most = std::max(most, x);
    }
    middle_ = 0.5 * least + 0.5 * most;
    // Differences in the last digits of a double are no differences.
    const double largest = std::max(std::abs(least), std::abs(most));
    const double reach = std::max(0.5 * most - 0.5 * least, 1e-6 * largest);
    // n values of at most this many units, and a tie, stay below 2^31.
    const double units = std::ldexp(1.0, 30 - static_cast<int>(std::bit_width(n_)));
    unit_ = std::max(reach / units, std::numeric_limits<double>::min());
  }

  std::size_t n_;
  std::size_t stride_;
  double middle_ = 0;
  double unit_ = 0;
  std::vector<std::int32_t> values_;
};

struct Tally {
  std::uint64_t as_large = 0;
  std::uint64_t as_small = 0;
  std::int32_t least = std::numeric_limits<std::int32_t>::max();
  std::int32_t most = std::numeric_limits<std::int32_t>::min();

  void add(const Tally& other) {
    as_large += other.as_large;
    as_small += other.as_small;
    least = std::min(least, other.least);
    most = std::max(most, other.most);
  }
};

// Cosets are summed kTogether at a time, as many lines at a time as fill half of a second-level
// cache, so that both the lines and the sums stay there.
constexpr std::size_t kTogether = 32;
constexpr std::size_t kLinesTogether = std::size_t{256} << 10;  // bytes

class Evaluator {
 public:
  Evaluator(const Lines& lines, std::int32_t observed) : lines_(lines), observed_(observed) {
    const std::size_t n = lines.size();
    padded_ = (n + kShiftLanes - 1) / kShiftLanes * kShiftLanes;
    together_ = std::max(std::size_t{1}, kLinesTogether / (lines.stride() * sizeof(std::int32_t)));
  }

  // The sums of `cosets` cosets; starts holds n numbers for each.
  void sum(const std::vector<std::uint32_t>& starts, std::size_t cosets) {
    const std::size_t n = lines_.size();
    sums_.assign(cosets * padded_, 0);
    for (std::size_t first = 0; first < n; first += together_) {
      const std::size_t lines = std::min(together_, n - first);
      for (std::size_t k = 0; k < cosets; ++k) {
        addRotated(lines_.line(first), lines_.stride(), starts.data() + k * n + first, lines, n,
                   sums_.data() + k * padded_);
      }
    }
  }

  // What the sums of shift `from` and later say about the observed one.
  Tally compared(std::size_t cosets, std::size_t from = 0) const {
    LaneCounts counts(padded_);
    for (std::size_t k = 0; k < cosets; ++k) {
      addRow(sums_.data() + k * padded_, observed_ - lines_.tie(), observed_ + lines_.tie(),
             counts);
    }
    Tally tally;
    for (std::size_t s = from; s < lines_.size(); ++s) {
      tally.add({static_cast<std::uint64_t>(counts.as_large[s]),
                 static_cast<std::uint64_t>(counts.as_small[s]), counts.least[s], counts.most[s]});
    }
    return tally;
  }

 private:
  const Lines& lines_;
  std::int32_t observed_;
  std::size_t padded_;    // sums of a coset
  std::size_t together_;  // lines
  std::vector<std::int32_t> sums_;
};

// One block of random cosets, all from the block's own seed.
Tally evaluateBlock(const Lines& lines, std::int32_t observed, std::uint64_t seed,
                    std::size_t cosets) {
  const std::size_t n = lines.size();
  Random random(seed);
  std::vector<std::uint32_t> starts(cosets * n);
  for (std::size_t k = 0; k < cosets; ++k) {
    const std::span<std::uint32_t> order(starts.data() + k * n, n);
    for (std::size_t j = 0; j < n; ++j) order[j] = lines.start(j);
    random.shuffle(order);
  }
  Evaluator evaluator(lines, observed);
  evaluator.sum(starts, cosets);
  return evaluator.compared(cosets);
}

// The observed order's own coset, without the observed one itself.
Tally evaluateOwn(const Lines& lines, std::int32_t observed) {
  const std::size_t n = lines.size();
  std::vector<std::uint32_t> starts(n);
  for (std::size_t j = 0; j < n; ++j) starts[j] = lines.start(j);
  Evaluator evaluator(lines, observed);
  evaluator.sum(starts, 1);
  return evaluator.compared(1, 1);
}

Tally evaluateRandom(const Lines& lines, std::int32_t observed, std::uint64_t cosets,
                     std::uint64_t seed, unsigned threads) {
  const std::uint64_t blocks = (cosets + kTogether - 1) / kTogether;
  std::vector<std::uint64_t> seeds(blocks);
  Random random(seed);
  for (std::uint64_t& block_seed : seeds) block_seed = random();

  Tally total;
  std::mutex mutex;
  std::atomic<std::uint64_t> next{0};
  const auto work = [&] {
    Tally mine;
    for (std::uint64_t b = next++; b < blocks && !stopAsked(); b = next++) {
      const std::uint64_t count = std::min<std::uint64_t>(kTogether, cosets - b * kTogether);
      mine.add(evaluateBlock(lines, observed, seeds[b], count));
    }
    const std::lock_guard lock(mutex);
    total.add(mine);
  };
  std::vector<std::jthread> helpers;
  for (unsigned i = 1; i < threads && i < blocks; ++i) helpers.emplace_back(work);
  work();
  helpers.clear();  // joins
  stopWhereAsked();
  return total;
}

// Hoeffding's moments: with d the doubly centred table, variance sum d^2 / (n - 1) and third
// moment n sum d^3 / ((n - 1) (n - 2)).
void addMoments(MatrixView<double> table, PermutationTest& test) {
  const std::size_t n = table.rows;
  const auto size = static_cast<double>(n);
  std::vector<double> row_mean(n, 0.0);
  std::vector<double> column_mean(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      row_mean[i] += table.row(i)[j] / size;
      column_mean[j] += table.row(i)[j] / size;
    }
  }
  const double grand = std::accumulate(row_mean.begin(), row_mean.end(), 0.0) / size;
  test.mean = grand * size;
  double squares = 0;
  double cubes = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double d = table.row(i)[j] - row_mean[i] - column_mean[j] + grand;
      squares += d * d;
      cubes += d * d * d;
    }
  }
  if (n < 2) return;
  test.sd = std::sqrt(squares / (size - 1));
  if (n < 3 || test.sd == 0) return;
  test.skewness = size * cubes / ((size - 1) * (size - 2)) / (test.sd * test.sd * test.sd);
}

}  // namespace

PermutationTest permutationTest(MatrixView<double> table, std::uint64_t permutations,
                                std::uint64_t seed, unsigned threads) {
  const std::size_t n = table.rows;
  assert(n > 0 && n < (1u << 20) && table.columns == n && table.values.size() == n * n);
  const Lines lines(table);
  std::int32_t observed = 0;
  for (std::size_t j = 0; j < n; ++j) observed += lines.line(j)[lines.start(j)];

  // (R + 1) n >= permutations + 1, the observed one's coset among the R + 1.
  const std::uint64_t cosets = permutations / n;
  Tally tally = evaluateOwn(lines, observed);
  tally.add(evaluateRandom(lines, observed, cosets, seed, threads));

  PermutationTest test;
  for (std::size_t i = 0; i < n; ++i) test.observed += table.row(i)[i];
  test.permutations = (cosets + 1) * n - 1;
  test.as_large = tally.as_large;
  test.as_small = tally.as_small;
  test.log10_floor = -std::log10(static_cast<double>(test.permutations) + 1);
  test.log10_p_greater = std::log10(static_cast<double>(tally.as_large) + 1) + test.log10_floor;
  test.log10_p_less = std::log10(static_cast<double>(tally.as_small) + 1) + test.log10_floor;
  if (test.permutations > 0) {
    test.least = lines.sum(tally.least);
    test.most = lines.sum(tally.most);
  } else {
    test.least = test.most = test.observed;
  }
  addMoments(table, test);
  return test;
}

}  // namespace kindred::stats
