// What is computed of each model, read to one budget, once for all pairs that it takes part in.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include <kindred/alignment.hpp>

#include "run/weights.hpp"

namespace kindred::steps {

class Profiles {
 public:
  // The aligner must outlive this.
  explicit Profiles(const Aligner& aligner) : aligner_(aligner) {}

  // Known models are not added twice. The reading, null for an unknown architecture, must outlive
  // this.
  void add(const plan::Model& model, const plan::WeightReading* reading);
  struct Profiled {
    std::unique_ptr<run::CheckpointWeights> weights;
    std::unique_ptr<ModelProfile> profile;  // refers to the weights
  };
  // Reads and profiles what was added, model by model on so many threads. Returns the new ones.
  std::vector<const Profiled*> compute(unsigned threads);
  // Null where the model's architecture is not known.
  const ModelProfile* of(const plan::Model& model) const;
  // What was read since the last call.
  std::vector<results::RangeRead> takeRanges() const;

 private:
  const Aligner& aligner_;
  std::map<const plan::Model*, Profiled> models_;
};

}  // namespace kindred::steps
