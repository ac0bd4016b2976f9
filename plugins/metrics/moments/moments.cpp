// Mean, spread, range and length of one tensor.
#include <limits>

#include <kindred/analysis/stats/moments.hpp>
#include <kindred/metric.hpp>

namespace {

using kindred::stats::Moments;

class Accumulator final : public kindred::TensorAccumulator {
 public:
  void add(const kindred::TensorTile& tile) override {
    eachBlock(tile.values.narrow);
    eachBlock(tile.values.wide);
  }

  void merge(kindred::TensorAccumulator& next) override {
    moments_.merge(dynamic_cast<Accumulator&>(next).moments_);
  }

  std::vector<double> finish() override {
    if (!moments_.defined()) {
      return std::vector<double>(6, std::numeric_limits<double>::quiet_NaN());
    }
    return {moments_.mean, moments_.sd(),   moments_.least,
            moments_.most, moments_.norm(), moments_.cv()};
  }

 private:
  template <class T>
  void eachBlock(std::span<const T> values) {
    for (std::size_t at = 0; at < values.size(); at += kindred::kBlock) {
      moments_.add(values.subspan(at, std::min(kindred::kBlock, values.size() - at)));
    }
  }

  Moments moments_;
};

class MomentsMetric final : public kindred::TensorMetric {
 public:
  std::unique_ptr<kindred::TensorAccumulator> start(const kindred::TensorInfo&,
                                                    std::uint64_t) const override {
    return std::make_unique<Accumulator>();
  }
};

}  // namespace

KINDRED_TENSOR_METRIC(MomentsMetric, "moments", "1.0",
                      "Mean, spread, range and length of one tensor",
                      kindred::figure("moments", "the mean")
                          .in(kindred::Unit::value, -kindred::kUnbounded, kindred::kUnbounded)
                          .as(kindred::Part::mean),
                      kindred::figure("sd", "standard deviation, of the population")
                          .in(kindred::Unit::value, 0, kindred::kUnbounded)
                          .as(kindred::Part::deviation),
                      kindred::figure("min", "smallest element")
                          .in(kindred::Unit::value, -kindred::kUnbounded, kindred::kUnbounded)
                          .as(kindred::Part::quantile, 0),
                      kindred::figure("max", "largest element")
                          .in(kindred::Unit::value, -kindred::kUnbounded, kindred::kUnbounded)
                          .as(kindred::Part::quantile, 1),
                      kindred::figure("norm", "root of the sum of squares")
                          .in(kindred::Unit::value, 0, kindred::kUnbounded),
                      kindred::figure("cv", "sd over |mean|, the coefficient of variation")
                          .in(kindred::Unit::number, 0, kindred::kUnbounded))
