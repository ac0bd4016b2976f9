#include "steps/test/profiles.hpp"

#include <utility>

#include "plugin/guard.hpp"

namespace kindred::steps {

void Profiles::add(const plan::Model& model, const plan::WeightReading* reading) {
  const auto [at, fresh] = models_.try_emplace(&model);
  if (!fresh) return;
  at->second = std::make_unique<Profiled>();
  if (reading == nullptr) return;
  at->second->weights = std::make_unique<run::CheckpointWeights>(model, *reading);
  new_.push_back(&model);
}

std::vector<const plan::Model*> Profiles::takeNew() { return std::exchange(new_, {}); }

const run::CheckpointWeights* Profiles::weights(const plan::Model& model) const {
  return models_.at(&model)->weights.get();
}

const ModelProfile* Profiles::of(const plan::Model& model) const {
  Profiled& profiled = *models_.at(&model);
  if (!profiled.weights) return nullptr;
  const std::lock_guard lock(profiled.mutex);
  if (!profiled.profile) {
    profiled.weights->readAhead();
    const Doubling* known = profiled.known ? &*profiled.known : nullptr;
    profiled.profile =
        plugin::guard("aligner", [&] { return aligner_.profile(*profiled.weights, known); });
    profiled.known.reset();
  }
  return profiled.profile.get();
}

void Profiles::know(const plan::Model& model, Doubling doubling) {
  Profiled& profiled = *models_.at(&model);
  const std::lock_guard lock(profiled.mutex);
  if (!profiled.profile) profiled.known = std::move(doubling);
}

std::vector<results::RangeRead> Profiles::takeRanges() const {
  std::vector<results::RangeRead> all;
  for (const auto& [model, profiled] : models_) {
    if (!profiled->weights) continue;
    const std::vector<results::RangeRead> ranges = profiled->weights->takeRanges();
    all.insert(all.end(), ranges.begin(), ranges.end());
  }
  return all;
}

}  // namespace kindred::steps
