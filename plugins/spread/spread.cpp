// How widely the elements of two tensors scatter about their means, and the cosine that follows
// from that alone.
#include <cmath>
#include <limits>

#include <kindred/metric.hpp>

#include "stats/moments.hpp"

namespace {

using kindred::stats::Moments;

class Accumulator final : public kindred::PairAccumulator {
 public:
  void add(const kindred::PairTile& tile) override {
    tile.eachBlock([&](auto a, auto b) {
      a_.add(a);
      b_.add(b);
    });
  }

  void merge(kindred::PairAccumulator& next) override {
    const auto& more = dynamic_cast<Accumulator&>(next);
    a_.merge(more.a_);
    b_.merge(more.b_);
  }

  std::vector<double> finish() override {
    if (!a_.defined() || !b_.defined()) {
      return std::vector<double>(8, std::numeric_limits<double>::quiet_NaN());
    }
    return {std::abs(a_.cv() - b_.cv()),
            shuffledCosine(),
            a_.cv(),
            b_.cv(),
            a_.sd(),
            b_.sd(),
            a_.mean,
            b_.mean};
  }

 private:
  // Over all orders of one side, sum a_i b_i has the mean n mean_a mean_b.
  double shuffledCosine() const {
    const double length = a_.norm() * b_.norm();
    if (length == 0) return std::numeric_limits<double>::quiet_NaN();
    return a_.count * a_.mean * b_.mean / length;
  }

  Moments a_, b_;
};

class Spread final : public kindred::PairMetric {
 public:
  std::unique_ptr<kindred::PairAccumulator> start(const kindred::Pair&) const override {
    return std::make_unique<Accumulator>();
  }
};

}  // namespace

KINDRED_METRIC(
    Spread, "spread", "1.0", "Coefficients of variation of two tensors, and the cosine they imply",
    kindred::figure("spread", "|cv_a - cv_b|: difference of coefficients of variation"),
    kindred::figure("shuffled_cosine", "mean cosine over all orders of one side's elements"),
    kindred::figure("cv_a", "sd_a over |mean_a|"), kindred::figure("cv_b", "sd_b over |mean_b|"),
    kindred::figure("sd_a", "standard deviation of the first, of the population"),
    kindred::figure("sd_b", "standard deviation of the second"),
    kindred::figure("mean_a", "mean of the first"), kindred::figure("mean_b", "mean of the second"))
