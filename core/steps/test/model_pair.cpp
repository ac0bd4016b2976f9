#include "steps/test/model_pair.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "steps/told.hpp"

namespace kindred::steps {

void addTo(std::vector<ModelPair>& pairs, const TestModels& step, const plan::ReadLimit& limit) {
  const ModelPair::Models models{step.model_a, step.model_b};
  const auto same = std::find_if(pairs.begin(), pairs.end(), [&](const ModelPair& pair) {
    return pair.models == models && pair.limit == limit;
  });
  if (same != pairs.end()) {
    same->steps.push_back(&step);
  } else {
    pairs.push_back({models, limit, {&step}});
  }
}

std::uint64_t bytesOf(const Plan& plan, const plan::Model& model, const plan::ReadLimit& limit) {
  const plan::WeightReading* reading = plan.reading(model, limit);
  return reading == nullptr ? 0 : reading->bytes;
}

std::string inWords(const plan::ReadLimit& limit) {
  return fmt::format("{}{}", limit.bytes, limit.beacon.empty() ? "" : " by the beacon");
}

run::Units<results::StepResult> pairUnits(const std::vector<ModelPair>& pairs, const char* what,
                                          const Plan& plan, unsigned threads) {
  run::Units<results::StepResult> units = run::stepUnits();
  units.stage = fmt::format("{} of pairs", what);
  units.count = pairs.size();
  units.threads = threads;
  units.name = [&pairs, what](std::size_t i) {
    return fmt::format("{}: {} of {} and {} to {}", pairs[i].steps.front()->step->name, what,
                       pairs[i].models.first->key, pairs[i].models.second->key,
                       inWords(pairs[i].limit));
  };
  units.cost = [&pairs, &plan](std::size_t i) {
    const ModelPair& pair = pairs[i];
    return bytesOf(plan, *pair.models.first, pair.limit) +
           bytesOf(plan, *pair.models.second, pair.limit);
  };
  units.check = [&pairs](std::size_t i, const results::StepResult& told,
                         const std::string& plugin) {
    std::set<std::string> steps;
    for (const TestModels* step : pairs[i].steps) steps.insert(step->step->name);
    checkTold(plugin, steps, {pairs[i].models.first, pairs[i].models.second}, told);
  };
  units.uses = [&pairs](std::size_t i) {
    std::vector<std::string> names;
    for (const TestModels* step : pairs[i].steps) {
      names.push_back(step->ready->tools.plugin->name());
    }
    return names;
  };
  return units;
}

}  // namespace kindred::steps
