// What is computed of each model once for all pairs that it takes part in.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include <kindred/alignment.hpp>

#include "run/weights.hpp"

namespace kindred::run {

class Profiles {
 public:
  // The aligner must outlive this.
  Profiles(const Aligner& aligner, WeightBudget budget) : aligner_(aligner), budget_(budget) {}

  // Known models are not added twice.
  void add(const plan::Model& model);
  // Reads and profiles what was added, model by model on so many threads.
  void compute(unsigned threads);
  // Null where the model's architecture is not known.
  const ModelProfile* of(const plan::Model& model) const;
  // What was read since the last call.
  std::vector<RangeRead> takeRanges() const;

 private:
  struct Profiled {
    std::unique_ptr<CheckpointWeights> weights;
    std::unique_ptr<ModelProfile> profile;  // refers to the weights
  };

  const Aligner& aligner_;
  WeightBudget budget_;
  std::map<const plan::Model*, Profiled> models_;
};

}  // namespace kindred::run
