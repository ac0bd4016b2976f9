// How the distances |a - b| of two tensors' elements are distributed, by powers of two.
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include <kindred/metric.hpp>

namespace {

constexpr int kLowest = -24;          // bin 0 lies below 2^-24, the last one above 2^3
constexpr std::size_t kBins = 29;     // b00 to b28
constexpr std::size_t kZero = kBins;  // counted behind them

std::size_t binOf(double distance) {
  if (distance == 0) return kZero;
  const auto bits = std::bit_cast<std::uint64_t>(distance);
  const int exponent = static_cast<int>(bits >> 52) - 1023;  // the sign bit is clear
  return static_cast<std::size_t>(
      std::clamp(exponent - kLowest + 1, 0, static_cast<int>(kBins) - 1));
}

class Accumulator final : public kindred::PairAccumulator {
 public:
  void add(const kindred::PairTile& tile) override {
    tile.visit([&](auto a, auto b) {
      for (std::size_t i = 0; i < a.size(); ++i) {
        ++counts_[binOf(std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])))];
      }
    });
  }

  void merge(kindred::PairAccumulator& next) override {
    const auto& more = dynamic_cast<Accumulator&>(next);
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += more.counts_[i];
  }

  std::vector<double> finish() override {
    std::uint64_t total = 0;
    for (const std::uint64_t count : counts_) total += count;
    if (total == 0) {
      return std::vector<double>(kBins + 2, std::numeric_limits<double>::quiet_NaN());
    }
    const auto share = [&](std::uint64_t count) {
      return static_cast<double>(count) / static_cast<double>(total);
    };
    std::vector<double> figures{share(total - counts_[kZero]), share(counts_[kZero])};
    for (std::size_t bin = 0; bin < kBins; ++bin) figures.push_back(share(counts_[bin]));
    return figures;
  }

 private:
  std::array<std::uint64_t, kBins + 1> counts_{};
};

class DifferenceHistogram final : public kindred::PairMetric {
 public:
  std::unique_ptr<kindred::PairAccumulator> start(const kindred::Pair&) const override {
    return std::make_unique<Accumulator>();
  }
};

}  // namespace

KINDRED_METRIC(DifferenceHistogram, "difference-histogram", "1.0",
               "How the distances |a - b| are distributed, by powers of two",
               kindred::figure("difference-histogram", "share of elements that differ"),
               kindred::figure("zero", "share of elements that are equal"),
               kindred::figure("b00", "share with 0 < |a - b| < 2^-24"),
               kindred::figure("b01", "share with 2^-24 <= |a - b| < 2^-23"),
               kindred::figure("b02", "share with 2^-23 <= |a - b| < 2^-22"),
               kindred::figure("b03", "share with 2^-22 <= |a - b| < 2^-21"),
               kindred::figure("b04", "share with 2^-21 <= |a - b| < 2^-20"),
               kindred::figure("b05", "share with 2^-20 <= |a - b| < 2^-19"),
               kindred::figure("b06", "share with 2^-19 <= |a - b| < 2^-18"),
               kindred::figure("b07", "share with 2^-18 <= |a - b| < 2^-17"),
               kindred::figure("b08", "share with 2^-17 <= |a - b| < 2^-16"),
               kindred::figure("b09", "share with 2^-16 <= |a - b| < 2^-15"),
               kindred::figure("b10", "share with 2^-15 <= |a - b| < 2^-14"),
               kindred::figure("b11", "share with 2^-14 <= |a - b| < 2^-13"),
               kindred::figure("b12", "share with 2^-13 <= |a - b| < 2^-12"),
               kindred::figure("b13", "share with 2^-12 <= |a - b| < 2^-11"),
               kindred::figure("b14", "share with 2^-11 <= |a - b| < 2^-10"),
               kindred::figure("b15", "share with 2^-10 <= |a - b| < 2^-9"),
               kindred::figure("b16", "share with 2^-9 <= |a - b| < 2^-8"),
               kindred::figure("b17", "share with 2^-8 <= |a - b| < 2^-7"),
               kindred::figure("b18", "share with 2^-7 <= |a - b| < 2^-6"),
               kindred::figure("b19", "share with 2^-6 <= |a - b| < 2^-5"),
               kindred::figure("b20", "share with 2^-5 <= |a - b| < 2^-4"),
               kindred::figure("b21", "share with 2^-4 <= |a - b| < 2^-3"),
               kindred::figure("b22", "share with 2^-3 <= |a - b| < 2^-2"),
               kindred::figure("b23", "share with 2^-2 <= |a - b| < 2^-1"),
               kindred::figure("b24", "share with 2^-1 <= |a - b| < 1"),
               kindred::figure("b25", "share with 1 <= |a - b| < 2"),
               kindred::figure("b26", "share with 2 <= |a - b| < 4"),
               kindred::figure("b27", "share with 4 <= |a - b| < 8"),
               kindred::figure("b28", "share with |a - b| >= 8, infinite or not a number"))
