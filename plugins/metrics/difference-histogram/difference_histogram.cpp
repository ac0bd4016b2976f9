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

constexpr kindred::Entry bin(const char* name, const char* meaning, double below) {
  return kindred::figure(name, meaning)
      .in(kindred::Unit::share, 0, 1)
      .same(0)
      .as(kindred::Part::bin, below);
}

}  // namespace

KINDRED_METRIC(DifferenceHistogram, "difference-histogram", "1.0",
               "How the distances |a - b| are distributed, by powers of two",
               kindred::figure("difference-histogram", "share of elements that differ")
                   .in(kindred::Unit::share, 0, 1)
                   .same(0),
               bin("zero", "share of elements that are equal", 0).same(1),
               bin("b00", "share with 0 < |a - b| < 2^-24", 0x1p-24),
               bin("b01", "share with 2^-24 <= |a - b| < 2^-23", 0x1p-23),
               bin("b02", "share with 2^-23 <= |a - b| < 2^-22", 0x1p-22),
               bin("b03", "share with 2^-22 <= |a - b| < 2^-21", 0x1p-21),
               bin("b04", "share with 2^-21 <= |a - b| < 2^-20", 0x1p-20),
               bin("b05", "share with 2^-20 <= |a - b| < 2^-19", 0x1p-19),
               bin("b06", "share with 2^-19 <= |a - b| < 2^-18", 0x1p-18),
               bin("b07", "share with 2^-18 <= |a - b| < 2^-17", 0x1p-17),
               bin("b08", "share with 2^-17 <= |a - b| < 2^-16", 0x1p-16),
               bin("b09", "share with 2^-16 <= |a - b| < 2^-15", 0x1p-15),
               bin("b10", "share with 2^-15 <= |a - b| < 2^-14", 0x1p-14),
               bin("b11", "share with 2^-14 <= |a - b| < 2^-13", 0x1p-13),
               bin("b12", "share with 2^-13 <= |a - b| < 2^-12", 0x1p-12),
               bin("b13", "share with 2^-12 <= |a - b| < 2^-11", 0x1p-11),
               bin("b14", "share with 2^-11 <= |a - b| < 2^-10", 0x1p-10),
               bin("b15", "share with 2^-10 <= |a - b| < 2^-9", 0x1p-9),
               bin("b16", "share with 2^-9 <= |a - b| < 2^-8", 0x1p-8),
               bin("b17", "share with 2^-8 <= |a - b| < 2^-7", 0x1p-7),
               bin("b18", "share with 2^-7 <= |a - b| < 2^-6", 0x1p-6),
               bin("b19", "share with 2^-6 <= |a - b| < 2^-5", 0x1p-5),
               bin("b20", "share with 2^-5 <= |a - b| < 2^-4", 0x1p-4),
               bin("b21", "share with 2^-4 <= |a - b| < 2^-3", 0x1p-3),
               bin("b22", "share with 2^-3 <= |a - b| < 2^-2", 0x1p-2),
               bin("b23", "share with 2^-2 <= |a - b| < 2^-1", 0x1p-1),
               bin("b24", "share with 2^-1 <= |a - b| < 1", 0x1p0),
               bin("b25", "share with 1 <= |a - b| < 2", 0x1p1),
               bin("b26", "share with 2 <= |a - b| < 4", 0x1p2),
               bin("b27", "share with 4 <= |a - b| < 8", 0x1p3),
               bin("b28", "share with |a - b| >= 8, infinite or not a number", kindred::kUnbounded))
