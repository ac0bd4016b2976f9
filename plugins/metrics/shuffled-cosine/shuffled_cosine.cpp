// The cosine that two tensors would have if the elements of one stood in random order: the mean
// over all orders, which needs no shuffling.
#include <limits>

#include <kindred/analysis/stats/pair_moments.hpp>
#include <kindred/metric.hpp>

namespace {

class Accumulator final : public kindred::stats::PairMoments {
 public:
  // Over all orders of one side, the sum of a_i b_i has the mean n mean_a mean_b.
  std::vector<double> finish() override {
    const double length = a_.norm() * b_.norm();
    if (!defined() || length == 0) return {std::numeric_limits<double>::quiet_NaN()};
    return {a_.count * a_.mean * b_.mean / length};
  }
};

class ShuffledCosine final : public kindred::PairMetric {
 public:
  std::unique_ptr<kindred::PairAccumulator> start(const kindred::Pair&) const override {
    return std::make_unique<Accumulator>();
  }
};

}  // namespace

KINDRED_METRIC(ShuffledCosine, "shuffled-cosine", "1.0",
               "Cosine of two tensors after shuffling: the mean over all orders, exactly",
               kindred::figure("shuffled-cosine",
                               "mean cosine over all orders of one side's elements")
                   .in(kindred::Unit::cosine, -1, 1))
