// A sound tensor metric; one that talks, where MEAN_TALKS is defined.
#include <cstdio>
#include <iostream>

#include <kindred/metric.hpp>

namespace {

class Sum final : public kindred::TensorAccumulator {
 public:
  void add(const kindred::TensorTile& tile) override {
    for (std::size_t i = 0; i < tile.values.size(); ++i) sum_ += tile.values[i];
    count_ += static_cast<double>(tile.values.size());
  }
  void merge(TensorAccumulator& next) override {
    sum_ += static_cast<Sum&>(next).sum_;
    count_ += static_cast<Sum&>(next).count_;
  }
  std::vector<double> finish() override {
#ifdef MEAN_TALKS
    std::puts("by stdio");
    std::cout << "by a stream" << std::endl;
#endif
    return {sum_ / count_};
  }

 private:
  double sum_ = 0, count_ = 0;
};

class Mean final : public kindred::TensorMetric {
 public:
  std::unique_ptr<kindred::TensorAccumulator> start(const kindred::TensorInfo&,
                                                    std::uint64_t) const override {
    return std::make_unique<Sum>();
  }
};

}  // namespace

KINDRED_TENSOR_METRIC(Mean, "mean", "1.0", "Mean of a tensor")
