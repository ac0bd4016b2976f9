#include "steps/test/profiles.hpp"

#include "plugin/guard.hpp"
#include "run/interrupt.hpp"
#include "run/ordered.hpp"

namespace kindred::steps {

void Profiles::add(const plan::Model& model, const plan::WeightReading* reading) {
  const auto [at, fresh] = models_.try_emplace(&model);
  if (!fresh || reading == nullptr) return;
  at->second.weights = std::make_unique<run::CheckpointWeights>(model, *reading);
}

std::vector<const Profiles::Profiled*> Profiles::compute(unsigned threads) {
  std::vector<const Profiled*> fresh;
  std::vector<Profiled*> list;
  for (auto& [model, profiled] : models_) {
    if (profiled.weights && !profiled.profile) list.push_back(&profiled);
  }
  run::inOrder<std::unique_ptr<ModelProfile>>(
      list.size(), threads,
      [&](std::size_t i) {
        list[i]->weights->readAhead();
        return plugin::guard("aligner", [&] { return aligner_.profile(*list[i]->weights); });
      },
      [&](std::size_t i, std::unique_ptr<ModelProfile>&& profile) {
        list[i]->profile = std::move(profile);
        fresh.push_back(list[i]);
      },
      run::interrupted);
  return fresh;
}

const ModelProfile* Profiles::of(const plan::Model& model) const {
  return models_.at(&model).profile.get();
}

std::vector<results::RangeRead> Profiles::takeRanges() const {
  std::vector<results::RangeRead> all;
  for (const auto& [model, profiled] : models_) {
    if (!profiled.weights) continue;
    const std::vector<results::RangeRead> ranges = profiled.weights->takeRanges();
    all.insert(all.end(), ranges.begin(), ranges.end());
  }
  return all;
}

}  // namespace kindred::steps
