// How far apart two tensors are, element by element.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <kindred/metric.hpp>

#include <kindred/analysis/stats/quantile_sketch.hpp>

#include "differences.hpp"
#include "subset.hpp"

namespace {

using kindred::mad::addBlock;
using kindred::mad::Differences;
using kindred::mad::Subset;
using kindred::mad::Summing;
using kindred::stats::QuantileSketch;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double total(const std::array<double, kindred::mad::kLanes>& lanes) {
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

class Accumulator final : public kindred::PairAccumulator {
 public:
  Accumulator(std::uint64_t elements, Summing summing) : subset_(elements), summing_(summing) {}

  void add(const kindred::PairTile& tile) override {
    tile.eachBlock(
        [&](auto a, auto b) { addBlock(a.data(), b.data(), a.size(), summing_, differences_); });
    tile.visit([&](auto a, auto b) {
      const auto sample = [&](std::uint64_t first, std::uint64_t last) {
        for (std::uint64_t i = first - tile.position; i < last - tile.position; ++i) {
          sketch_.add(static_cast<float>(std::abs(a[i] - b[i])));
        }
      };
      subset_.visit(tile.position, tile.position + a.size(), sample);
    });
    elements_ += tile.size();
  }

  void merge(kindred::PairAccumulator& next) override {
    const auto& other = dynamic_cast<Accumulator&>(next);
    const Differences& more = other.differences_;
    for (std::size_t i = 0; i < kindred::mad::kLanes; ++i) {
      differences_.absolute[i] += more.absolute[i];
      differences_.squared[i] += more.squared[i];
      differences_.reference[i] += more.reference[i];
      differences_.largest[i] = std::max(differences_.largest[i], more.largest[i]);
    }
    differences_.unequal += more.unequal;
    differences_.signs += more.signs;
    elements_ += other.elements_;
    sketch_.merge(other.sketch_);
  }

  std::vector<double> finish() override {
    if (elements_ == 0) return std::vector<double>(9, kNaN);
    const auto count = static_cast<double>(elements_);
    const double equal = static_cast<double>(elements_ - differences_.unequal) / count;
    const double same_sign = static_cast<double>(elements_ - differences_.signs) / count;
    const double absolute = total(differences_.absolute);
    const double squared = total(differences_.squared);
    const double reference = total(differences_.reference);
    // Something infinite or not a number was among the elements.
    if (!std::isfinite(absolute) || !std::isfinite(squared) || !std::isfinite(reference)) {
      return {kNaN, kNaN, kNaN, kNaN, kNaN, kNaN, kNaN, equal, same_sign};
    }
    const double largest =
        *std::max_element(differences_.largest.begin(), differences_.largest.end());
    const auto quantile = [&](double share) { return std::min(sketch_.quantile(share), largest); };
    return {absolute / count, std::sqrt(squared / count),
            largest,          reference > 0 ? std::sqrt(squared / reference) : kNaN,
            quantile(0.5),    quantile(0.99),
            quantile(0.999),  equal,
            same_sign};
  }

 private:
  Differences differences_;
  std::uint64_t elements_ = 0;
  Subset subset_;
  Summing summing_;
  QuantileSketch sketch_;
};

class Mad final : public kindred::PairMetric {
 public:
  explicit Mad(const kindred::Parameters& p)
      : summing_(p.flag("precise") ? Summing::precise : Summing::fast) {}
  std::unique_ptr<kindred::PairAccumulator> start(const kindred::Pair& pair) const override {
    return std::make_unique<Accumulator>(pair.elements, summing_);
  }

 private:
  Summing summing_;
};

}  // namespace

KINDRED_METRIC(Mad, "mad", "1.0", "Differences between two tensors, element by element",
               kindred::flag("precise", false, "sum in doubles throughout: slower, right to 1e-12"),
               kindred::figure("mad", "mean absolute difference")
                   .in(kindred::Unit::difference, 0, kindred::kUnbounded)
                   .same(0),
               kindred::figure("rms", "root of the mean squared difference")
                   .in(kindred::Unit::difference, 0, kindred::kUnbounded)
                   .same(0),
               kindred::figure("max", "largest absolute difference")
                   .in(kindred::Unit::difference, 0, kindred::kUnbounded)
                   .same(0)
                   .as(kindred::Part::quantile, 1),
               kindred::figure("rel_l2", "norm of a - b over the norm of a")
                   .in(kindred::Unit::number, 0, kindred::kUnbounded)
                   .same(0),
               kindred::figure("p50",
                               "median absolute difference, to 0.4 %; like p99 and p999 taken from "
                               "about 2^21 elements of a sample of more than 2^22")
                   .in(kindred::Unit::difference, 0, kindred::kUnbounded)
                   .same(0)
                   .as(kindred::Part::quantile, 0.5),
               kindred::figure("p99", "99th percentile of the absolute differences, to 0.4 %")
                   .in(kindred::Unit::difference, 0, kindred::kUnbounded)
                   .same(0)
                   .as(kindred::Part::quantile, 0.99),
               kindred::figure("p999", "99.9th percentile of the absolute differences, to 0.4 %")
                   .in(kindred::Unit::difference, 0, kindred::kUnbounded)
                   .same(0)
                   .as(kindred::Part::quantile, 0.999),
               kindred::figure("equal", "share of elements that are equal")
                   .in(kindred::Unit::share, 0, 1)
                   .same(1),
               kindred::figure("sign",
                               "share of elements whose sign bits agree (zeros have one, too)")
                   .in(kindred::Unit::share, 0, 1)
                   .same(1))
