// @NAME@: the mean of |a - b|^power over two tensors of equal shape.
#include <cmath>
#include <kindred/metric.hpp>
namespace {

// Sees one segment of the pair, tile by tile; the host merges the segments in order.
class Sum final : public kindred::PairAccumulator {
 public:
  explicit Sum(double power) : power_(power) {}
  void add(const kindred::PairTile& tile) override {
    tile.eachBlock([&](auto a, auto b) {  // a sum for each block: the same bits whatever the tiles
      double sum = 0;
      for (std::size_t i = 0; i < a.size(); ++i)
        sum += std::pow(std::abs(b[i] - double{a[i]}), power_);
      sum_ += sum;
    });
    count_ += static_cast<double>(tile.size());
  }
  void merge(kindred::PairAccumulator& next) override {
    sum_ += static_cast<Sum&>(next).sum_;
    count_ += static_cast<Sum&>(next).count_;
  }
  std::vector<double> finish() override { return {sum_ / count_}; }  // NaN where nothing was seen
 private:
  double power_, sum_ = 0, count_ = 0;
};

class @CLASS@ final : public kindred::PairMetric {
 public:
  explicit @CLASS@(const kindred::Parameters& p) : power_(p.number("power")) {}
  std::unique_ptr<kindred::PairAccumulator> start(const kindred::Pair&) const override {
    return std::make_unique<Sum>(power_);
  }
 private:
  double power_;
};

}  // namespace
KINDRED_METRIC(@CLASS@, "@NAME@", "0.1", "Mean power of the absolute difference",
               kindred::figure("@NAME@", "mean of |a - b|^power")
                   .in(kindred::Unit::number, 0, kindred::kUnbounded)
                   .same(0),
               kindred::number("power", "1", 0, 16, "the exponent of each difference"))
