// Which share of a tensor's elements has other values, and by how many steps of the stored format.
#include <algorithm>
#include <cmath>
#include <limits>

#include <kindred/analysis/stats/quantile_sketch.hpp>
#include <kindred/metric.hpp>

#include "ulp.hpp"

namespace {

using kindred::changed::Format;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class Accumulator final : public kindred::PairAccumulator {
 public:
  explicit Accumulator(std::optional<Format> format) : format_(format) {}

  void add(const kindred::PairTile& tile) override {
    tile.eachBlock([&](auto a, auto b) {
      double steps = 0;
      for (std::size_t i = 0; i < a.size(); ++i) {
        signs_ += std::signbit(a[i]) != std::signbit(b[i]);
        if (a[i] != b[i]) steps += change(a[i], b[i]);
      }
      steps_ += steps;
      elements_ += a.size();
    });
  }

  void merge(kindred::PairAccumulator& next) override {
    const auto& more = dynamic_cast<Accumulator&>(next);
    elements_ += more.elements_;
    changed_ += more.changed_;
    signs_ += more.signs_;
    steps_ += more.steps_;
    furthest_ = std::max(furthest_, more.furthest_);
    finite_ = finite_ && more.finite_;
    sketch_.merge(more.sketch_);
  }

  std::vector<double> finish() override {
    if (elements_ == 0) return std::vector<double>(5, kNaN);
    const auto count = static_cast<double>(elements_);
    const double share = static_cast<double>(changed_) / count;
    const double signs = static_cast<double>(signs_) / count;
    if (!format_ || !finite_) return {share, kNaN, kNaN, kNaN, signs};
    if (changed_ == 0) return {share, 0, 0, 0, signs};
    const double median = std::min(std::floor(sketch_.quantile(0.5)), furthest_);
    return {share, steps_ / static_cast<double>(changed_), median, furthest_, signs};
  }

 private:
  double change(double a, double b) {
    ++changed_;
    if (!format_) return 0;
    if (!std::isfinite(a) || !std::isfinite(b)) {
      finite_ = false;
      return 0;
    }
    const double distance = ulpDistance(a, b, *format_);
    furthest_ = std::max(furthest_, distance);
    sketch_.add(static_cast<float>(distance));
    return distance;
  }

  std::optional<Format> format_;
  std::uint64_t elements_ = 0, changed_ = 0, signs_ = 0;
  double steps_ = 0, furthest_ = 0;
  bool finite_ = true;
  kindred::stats::QuantileSketch sketch_;
};

class Changed final : public kindred::PairMetric {
 public:
  std::unique_ptr<kindred::PairAccumulator> start(const kindred::Pair& pair) const override {
    return std::make_unique<Accumulator>(
        pair.a.dtype == pair.b.dtype ? kindred::changed::formatOf(pair.a.dtype) : std::nullopt);
  }
};

}  // namespace

KINDRED_METRIC(Changed, "changed", "1.0",
               "Share of elements whose values differ, and by how many steps of their format",
               kindred::figure("changed", "share of elements with a != b")
                   .in(kindred::Unit::share, 0, 1)
                   .same(0)
                   .independent("Independent models differ in nearly all values, wherever values "
                                "are not constants; a low share says that tensors were kept."),
               kindred::figure("ulp_mean",
                               "mean distance of those that changed, in units in the last place")
                   .in(kindred::Unit::ulp, 0, kindred::kUnbounded)
                   .same(0),
               kindred::figure("ulp_p50", "their median distance; to 0.8 % beyond 256 units")
                   .in(kindred::Unit::ulp, 0, kindred::kUnbounded)
                   .same(0),
               kindred::figure("ulp_max", "their largest distance")
                   .in(kindred::Unit::ulp, 0, kindred::kUnbounded)
                   .same(0),
               kindred::figure("sign_changes", "share of elements whose sign bits differ")
                   .in(kindred::Unit::share, 0, 1)
                   .same(0))
