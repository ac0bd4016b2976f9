// A sound metric with a parameter of every type.
#include <kindred/metric.hpp>

namespace {

class Count final : public kindred::PairAccumulator {
 public:
  explicit Count(double step) : step_(step) {}
  void add(const kindred::PairTile& tile) override { elements_ += tile.size(); }
  void merge(PairAccumulator& next) override { elements_ += static_cast<Count&>(next).elements_; }
  std::vector<double> finish() override {
    return {static_cast<double>(elements_), static_cast<double>(elements_) * step_};
  }

 private:
  double step_;
  std::uint64_t elements_ = 0;
};

class Counter final : public kindred::PairMetric {
 public:
  explicit Counter(const kindred::Parameters& p)
      : step_(p.flag("negative") ? -p.number("step") : p.number("step")) {}
  std::unique_ptr<kindred::PairAccumulator> start(const kindred::Pair&) const override {
    return std::make_unique<Count>(step_);
  }

 private:
  double step_;
};

}  // namespace

KINDRED_METRIC(Counter, "counter", "1.2", "Counts elements",
               kindred::figure("counter", "how many elements")
                   .in(kindred::Unit::count, -kindred::kUnbounded, kindred::kUnbounded),
               kindred::figure("steps", "elements times the step")
                   .in(kindred::Unit::number, -kindred::kUnbounded, kindred::kUnbounded)
                   .same(0),
               kindred::flag("negative", false, "count downwards"),
               kindred::integer("limit", "4096", 1, 1e6, "does nothing"),
               kindred::number("step", "1", 0, 10, "what an element counts"),
               kindred::choice("mode", "fast|slow", "fast", "does nothing"),
               kindred::text("label", "none", "does nothing"))
