// The cosine of two tensors as vectors, tile by tile; right to 1.6e-14 (see moments.hpp).
#pragma once

#include <vector>

#include <kindred/analysis/cosine/moments.hpp>
#include <kindred/metric.hpp>

namespace kindred::cosine {

class Accumulator final : public PairAccumulator {
 public:
  // `about` is subtracted from all elements first.
  explicit Accumulator(double about = 0) : about_(about) {}

  void add(const PairTile& tile) override;
  void merge(PairAccumulator& next) override;
  std::vector<double> finish() override { return {value()}; }
  // NaN where a tensor has no direction.
  double value() const { return ratio(sums_.aa, sums_.bb, sums_.ab); }

 private:
  double about_;
  ShiftedSums sums_;
};

}  // namespace kindred::cosine
