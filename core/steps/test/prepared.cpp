#include "steps/test/prepared.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "run/units.hpp"
#include "run/weights.hpp"
#include "steps/test/model_pair.hpp"
#include "steps/test/passed_over.hpp"
#include "steps/test/profiled.hpp"

namespace kindred::steps {
namespace {

void listOnce(std::vector<results::LeftOut>& all, results::LeftOut&& rows) {
  const bool listed = std::any_of(all.begin(), all.end(), [&](const results::LeftOut& known) {
    return known.step == rows.step && known.model_a == rows.model_a &&
           known.tensor_a == rows.tensor_a && known.reason == rows.reason;
  });
  if (!listed) all.push_back(std::move(rows));
}

}  // namespace

void Prepared::add(const TestModels& step, const plan::ReadLimit& limit) {
  Profiles& profiles = profiles_.try_emplace(limit, aligner_).first->second;
  for (const plan::Model* model : {step.model_a, step.model_b}) {
    profiles.add(*model, plan_.reading(*model, limit));
  }
  for (const plan::Model* control : step.controls) {
    profiles.add(*control, plan_.reading(*control, limit));
  }
}

void Prepared::profile(bool list, run::Executor& executor, results::StepResult& result) {
  std::vector<std::pair<plan::ReadLimit, const plan::Model*>> models;
  for (auto& [limit, profiles] : profiles_) {
    for (const plan::Model* model : profiles.takeNew()) models.emplace_back(limit, model);
  }
  run::Units<Profiled> units;
  units.write = profiledJson;
  units.read = profiledOf;
  units.stage = "models read and prepared";
  units.count = models.size();
  units.threads = executor.threads;
  units.name = [&](std::size_t i) {
    return fmt::format("{}: profile of {} to {}", step_, models[i].second->key,
                       inWords(models[i].first));
  };
  units.cost = [&](std::size_t i) { return bytesOf(plan_, *models[i].second, models[i].first); };
  units.compute = [&](std::size_t i) {
    run::RangesRead ranges;
    const Profiles& profiles = at(models[i].first);
    const ModelProfile& profile = *profiles.of(*models[i].second);
    Profiled made;
    made.result.left_out = passedOver(*profiles.weights(*models[i].second), profile, step_);
    made.result.ranges = ranges.take();
    made.doubling = profile.doubling();
    return made;
  };
  units.consume = [&](std::size_t i, Profiled&& made) {
    profiles_.at(models[i].first).know(*models[i].second, std::move(made.doubling));
    for (results::LeftOut& rows : std::exchange(made.result.left_out, {})) {
      if (list) listOnce(result.left_out, std::move(rows));
    }
    result.add(std::move(made.result));
  };
  run::perform(executor.crew, units);
}

std::vector<results::RangeRead> Prepared::takeRanges() const {
  std::vector<results::RangeRead> all;
  for (const auto& [limit, profiles] : profiles_) {
    const std::vector<results::RangeRead> ranges = profiles.takeRanges();
    all.insert(all.end(), ranges.begin(), ranges.end());
  }
  return all;
}

}  // namespace kindred::steps
