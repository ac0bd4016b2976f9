// What is computed of each model, read to one budget, once for all pairs that it takes part in.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
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
  // Those of known architectures that were added since the last call, in that order.
  std::vector<const plan::Model*> takeNew();
  // Null where the model's architecture is not known.
  const run::CheckpointWeights* weights(const plan::Model& model) const;
  // The same; read and computed at the first call. [any-thread]
  const ModelProfile* of(const plan::Model& model) const;
  // What was found of the model's doubling, elsewhere or before: a profile that is not computed yet
  // takes it from there. [any-thread]
  void know(const plan::Model& model, Doubling doubling);
  // What was read since the last call, and not listed by a run::RangesRead.
  std::vector<results::RangeRead> takeRanges() const;

 private:
  struct Profiled {
    std::unique_ptr<run::CheckpointWeights> weights;
    std::unique_ptr<ModelProfile> profile = {};  // refers to the weights
    std::optional<Doubling> known = {};          // before there is a profile
    std::mutex mutex = {};                       // of both
  };

  const Aligner& aligner_;
  std::map<const plan::Model*, std::unique_ptr<Profiled>> models_;
  std::vector<const plan::Model*> new_;
};

}  // namespace kindred::steps
