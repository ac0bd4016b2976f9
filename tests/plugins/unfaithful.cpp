// Metrics that each break one promise, chosen by UNFAITHFUL_...: the conformance kit must notice.
#include <cmath>
#include <cstdlib>
#include <kindred/metric.hpp>
#include <stdexcept>
#include <thread>

namespace {

class Sum final : public kindred::PairAccumulator {
 public:
  void add(const kindred::PairTile& tile) override {
#if defined(UNFAITHFUL_TILING)
    float sum = 0;  // rounded once a tile
    for (std::size_t i = 0; i < tile.size(); ++i) sum += static_cast<float>(tile.a[i] * tile.b[i]);
    sum_ += sum;
#elif defined(UNFAITHFUL_NARROW)
    for (const float value : tile.a.narrow) sum_ += value;
#elif defined(UNFAITHFUL_STATIC)
    static double shared_sum = 0;
    for (std::size_t i = 0; i < tile.size(); ++i) shared_sum += tile.a[i];
    sum_ = shared_sum;
#elif defined(UNFAITHFUL_CRASH)
    for (std::size_t i = 0; i < tile.size(); ++i) {
      if (std::isnan(tile.a[i])) std::abort();
    }
#elif defined(UNFAITHFUL_EXCEPTION)
    if (tile.size() == 1) throw std::invalid_argument("too few");
#elif defined(UNFAITHFUL_HANG)
    while (tile.size() == 1) std::this_thread::yield();
#else
    tile.eachBlock([&](auto a, auto b) {
      double sum = 0;
      for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
      sum_ += sum;
    });
#endif
  }
  void merge([[maybe_unused]] PairAccumulator& next) override {
#if !defined(UNFAITHFUL_MERGE)
    sum_ += static_cast<Sum&>(next).sum_;
#endif
  }
  std::vector<double> finish() override {
#if defined(UNFAITHFUL_FIGURES)
    return {};
#elif defined(UNFAITHFUL_INFINITE)
    return {1 / sum_};
#else
    return {sum_};
#endif
  }

 private:
  double sum_ = 0;
};

class Unfaithful final : public kindred::PairMetric {
 public:
  std::unique_ptr<kindred::PairAccumulator> start(const kindred::Pair&) const override {
    return std::make_unique<Sum>();
  }
};

}  // namespace

#if defined(UNFAITHFUL_RANGE)
KINDRED_METRIC(Unfaithful, "unfaithful", "1.0", "A sum that is called a share",
               kindred::figure("unfaithful", "sum of products").in(kindred::Unit::share, 0, 1))
#else
KINDRED_METRIC(Unfaithful, "unfaithful", "1.0", "A sum with a fault")
#endif
