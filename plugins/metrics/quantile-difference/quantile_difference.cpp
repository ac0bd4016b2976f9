// The difference of a quantile of |a| and the same quantile of |b|: exact, so all elements are
// kept.
#include <algorithm>
#include <cmath>
#include <limits>

#include <kindred/metric.hpp>

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t kMost = std::uint64_t{1} << 25;  // elements: 256 MiB for a pair of floats

// Magnitudes of one side, in the precision they came in.
class Magnitudes {
 public:
  void add(std::span<const float> values) { append(narrow_, values); }
  void add(std::span<const double> values) { append(wide_, values); }
  void merge(const Magnitudes& next) {
    add(std::span(next.narrow_));
    add(std::span(next.wide_));
  }

  // Between the two elements around rank q (n - 1), in proportion (Hyndman and Fan, "Sample
  // quantiles in statistical packages", 1996, definition 7). NaN where an element is not finite.
  double quantile(double q) {
    return wide_.empty() ? quantileOf(narrow_, q) : quantileOf(wide_, q);
  }

 private:
  template <class T>
  static void append(std::vector<T>& all, std::span<const T> values) {
    for (const T value : values) all.push_back(std::abs(value));
  }

  template <class T>
  static double quantileOf(std::vector<T>& all, double q) {
    if (all.empty() || !std::all_of(all.begin(), all.end(), [](T x) { return std::isfinite(x); })) {
      return kNaN;
    }
    const double rank = q * static_cast<double>(all.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    const auto at = all.begin() + static_cast<std::ptrdiff_t>(below);
    std::nth_element(all.begin(), at, all.end());
    if (at + 1 == all.end()) return *at;
    const double low = *at;
    const double high = *std::min_element(at + 1, all.end());
    return low + (high - low) * (rank - static_cast<double>(below));
  }

  std::vector<float> narrow_;
  std::vector<double> wide_;
};

class Accumulator final : public kindred::PairAccumulator {
 public:
  explicit Accumulator(double q) : q_(q) {}

  void add(const kindred::PairTile& tile) override {
    tile.visit([&](auto a, auto b) {
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
    const double a = a_.quantile(q_);
    const double b = b_.quantile(q_);
    return {std::abs(a - b), a, b};
  }

 private:
  double q_;
  Magnitudes a_, b_;
};

class QuantileDifference final : public kindred::PairMetric {
 public:
  explicit QuantileDifference(const kindred::Parameters& p) : q_(p.number("q")) {}

  std::unique_ptr<kindred::PairAccumulator> start(const kindred::Pair& pair) const override {
    if (pair.elements > kMost) {
      throw kindred::Error(
          kindred::Category::input, pair.a.name,
          "quantile-difference keeps all elements of a sample, and takes at most " +
              std::to_string(kMost) + " of them",
          "give the step a smaller 'sample'");
    }
    return std::make_unique<Accumulator>(q_);
  }

 private:
  double q_;
};

}  // namespace

KINDRED_METRIC(QuantileDifference, "quantile-difference", "1.0",
               "Difference between a quantile of |a| and the same quantile of |b|",
               kindred::number("q", "0.99", 0, 1, "which quantile: 0.99 is the 99th percentile"),
               kindred::figure("quantile-difference", "|a_quantile - b_quantile|")
                   .in(kindred::Unit::difference, 0, kindred::kUnbounded)
                   .same(0),
               kindred::figure("a_quantile", "the quantile of |a|")
                   .in(kindred::Unit::value, 0, kindred::kUnbounded),
               kindred::figure("b_quantile", "the quantile of |b|")
                   .in(kindred::Unit::value, 0, kindred::kUnbounded))
