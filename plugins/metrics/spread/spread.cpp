// How widely the elements of two tensors scatter about their means.
#include <cmath>
#include <limits>

#include <kindred/analysis/stats/pair_moments.hpp>
#include <kindred/metric.hpp>

namespace {

class Accumulator final : public kindred::stats::PairMoments {
 public:
  std::vector<double> finish() override {
    if (!defined()) return std::vector<double>(7, std::numeric_limits<double>::quiet_NaN());
    return {std::abs(a_.cv() - b_.cv()), a_.cv(), b_.cv(), a_.sd(), b_.sd(), a_.mean, b_.mean};
  }
};

class Spread final : public kindred::PairMetric {
 public:
  std::unique_ptr<kindred::PairAccumulator> start(const kindred::Pair&) const override {
    return std::make_unique<Accumulator>();
  }
};

}  // namespace

KINDRED_METRIC(
    Spread, "spread", "1.0", "Coefficients of variation of two tensors, and their difference",
    kindred::figure("spread", "|cv_a - cv_b|: difference of coefficients of variation")
        .in(kindred::Unit::number, 0, kindred::kUnbounded)
        .same(0),
    kindred::figure("cv_a", "sd_a over |mean_a|").in(kindred::Unit::number, 0, kindred::kUnbounded),
    kindred::figure("cv_b", "sd_b over |mean_b|").in(kindred::Unit::number, 0, kindred::kUnbounded),
    kindred::figure("sd_a", "standard deviation of the first, of the population")
        .in(kindred::Unit::value, 0, kindred::kUnbounded),
    kindred::figure("sd_b", "standard deviation of the second")
        .in(kindred::Unit::value, 0, kindred::kUnbounded),
    kindred::figure("mean_a", "mean of the first")
        .in(kindred::Unit::value, -kindred::kUnbounded, kindred::kUnbounded),
    kindred::figure("mean_b", "mean of the second")
        .in(kindred::Unit::value, -kindred::kUnbounded, kindred::kUnbounded))
