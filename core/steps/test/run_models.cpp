// Tests over whole models, stage by stage: each stage reads further into the pairs that the one
// before did not settle.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "evidence/found.hpp"
#include "plugin/guard.hpp"
#include "run/interrupt.hpp"
#include "run/weights.hpp"
#include "steps/plan.hpp"
#include "steps/test/calibrated.hpp"
#include "steps/test/model_pair.hpp"
#include "steps/test/pair_tester.hpp"
#include "steps/test/prepared.hpp"
#include "steps/test/redraws.hpp"

namespace kindred::steps {
namespace {

class MatrixTester {
 public:
  MatrixTester(const std::vector<const TestModels*>& steps, const Plan& plan,
               const results::StepResult& earlier, run::Executor& executor)
      : executor_(executor),
        plan_(plan),
        earlier_(earlier),
        prepared_(plan, *steps.front()->test->aligner, steps.front()->step->name),
        tester_(plan, *steps.front()->test->aligner, prepared_) {
    for (const TestModels* step : steps) {
      (step->test->test->calibrated() ? calibrated_ : exact_).push_back(step);
    }
  }

  results::StepResult run() {
    std::size_t stages = 0;  // as the recipe states them
    for (const TestModels* step : exact_)
      stages = std::max(stages, step->ready->asked->read.size());
    for (std::size_t stage = 0; stage < stages && !run::interrupted(); ++stage) {
      runStage(pairsOf(stage), stage + 1);
    }
    if (!run::interrupted()) runStage(drawnPairs(), stagesOf(plan_));
    if (!run::interrupted()) {
      checkNull(pairsToCheck(exact_, tester_), tester_, plan_, executor_, result_);
    }
    if (!run::interrupted()) runCalibrated();
    if (!run::interrupted()) describe();
    const std::vector<results::RangeRead> ranges = prepared_.takeRanges();
    result_.ranges.insert(result_.ranges.end(), ranges.begin(), ranges.end());
    return std::move(result_);
  }

 private:
  using Models = ModelPair::Models;

  void skip(const TestModels& step, std::size_t stage, const std::string& reason) {
    result_.skipped.push_back({step.step->name, stage + 1, reason});
  }

  std::vector<ModelPair> pairsOf(std::size_t stage) {
    std::vector<ModelPair> pairs;
    for (const TestModels* step : exact_) {
      if (stage >= step->ready->asked->read.size()) continue;
      if (settled_.contains({step->model_a, step->model_b})) {
        skip(*step, stage, "an earlier stage settled the pair");
      } else if (stage >= step->read.size()) {
        skip(*step, stage, results::kReadWhole);
      } else {
        addTo(pairs, *step, {step->read[stage]});
      }
    }
    return pairs;
  }

  // Every pair, settled or not, of which rows could be foreseen.
  std::vector<ModelPair> drawnPairs() {
    std::vector<ModelPair> pairs;
    for (const TestModels* step : exact_) {
      if (!step->drawn) {
        // Without one where a first stage reads all there is, and of adapters.
        if (!step->ready->asked->beacon.empty() && isWhole(*step, {step->read.back()})) {
          skip(*step, stagesOf(plan_) - 1, results::kReadWhole);
        }
        continue;
      }
      const auto tested = tested_.find({step->model_a, step->model_b});
      if (tested != tested_.end() && isWhole(*step, tested->second)) {
        skip(*step, stagesOf(plan_) - 1, results::kReadWhole);
      } else {
        addTo(pairs, *step, *step->drawn);
      }
    }
    return pairs;
  }

  bool isWhole(const TestModels& step, const plan::ReadLimit& limit) const {
    const plan::WeightReading* a = plan_.reading(*step.model_a, limit);
    const plan::WeightReading* b = plan_.reading(*step.model_b, limit);
    return a != nullptr && b != nullptr && a->whole && b->whole;
  }

  // Of each pair, where there are fewer pairs than threads. A process that is for one unit has one.
  unsigned threadsEach(std::size_t pairs) const {
    if (executor_.crew.errand != nullptr) return 1;
    return std::max(1u, executor_.threads / static_cast<unsigned>(std::max<std::size_t>(pairs, 1)));
  }

  // Later stages have the same reasons, but for signs that turn out to be unfair when more is read.
  void listRefused(std::vector<results::Refused>&& refused) {
    auto& all = result_.refused;
    for (results::Refused& entry : refused) {
      const bool known = std::any_of(all.begin(), all.end(), [&](const results::Refused& other) {
        return other.step == entry.step && other.model_a == entry.model_a &&
               other.model_b == entry.model_b && other.gauge == entry.gauge &&
               (other.reason == entry.reason || (other.unfair && entry.unfair));
      });
      if (!known) all.push_back(std::move(entry));
    }
  }

  // What earlier rows show to be unfair, or in an order of its own, is so whatever rows are drawn,
  // and a few of them may not show it.
  bool wasRefused(const evidence::StepFinding& row) const {
    return std::any_of(result_.refused.begin(), result_.refused.end(),
                       [&](const results::Refused& refused) {
                         return refused.step == row.step && refused.gauge == row.finding.gauge &&
                                std::minmax(refused.model_a, refused.model_b) ==
                                    std::minmax(row.model_a, row.model_b);
                       });
  }

  void runStage(const std::vector<ModelPair>& pairs, std::size_t number) {
    if (pairs.empty()) return;
    for (const ModelPair& pair : pairs) {
      for (const TestModels* step : pair.steps) prepared_.add(*step, pair.limit);
    }
    prepared_.profile(true, executor_, result_);
    std::vector<evidence::StepFinding> made;
    run::Units<results::StepResult> units = pairUnits(pairs, "tests", plan_, executor_.threads);
    units.compute = [&](std::size_t i) {
      return tester_.test(pairs[i], threadsEach(pairs.size()));
    };
    units.consume = [&](std::size_t i, results::StepResult&& outcome) {
      const bool drawn = !pairs[i].limit.beacon.empty();
      for (evidence::StepFinding& row : std::exchange(outcome.findings, {})) {
        if (drawn && wasRefused(row)) continue;
        row.stage = number;
        row.drawn = drawn;
        made.push_back(std::move(row));
      }
      listRefused(std::exchange(outcome.refused, {}));
      result_.add(std::move(outcome));
      executor_.noteMemory();
    };
    run::perform(executor_.crew, units);
    const evidence::Found found(made, stagesOf(plan_));
    for (const ModelPair& pair : pairs) {
      if (!pair.limit.beacon.empty()) continue;
      tested_[pair.models] = pair.limit;
      if (found.settled(pair.models.first->key, pair.models.second->key)) {
        settled_.insert(pair.models);
      }
    }
    std::move(made.begin(), made.end(), std::back_inserter(result_.findings));
  }

  // Of this run, up to here.
  evidence::Found found() const {
    std::vector<evidence::StepFinding> findings = earlier_.findings;
    findings.insert(findings.end(), result_.findings.begin(), result_.findings.end());
    return evidence::Found(std::move(findings), stagesOf(plan_));
  }

  void runCalibrated() {
    if (calibrated_.empty()) return;
    // By budget, in the order of steps.
    std::vector<std::uint64_t> budgets;
    for (const TestModels* step : calibrated_) {
      const std::uint64_t budget = step->read.back();
      prepared_.add(*step, {budget});
      if (std::find(budgets.begin(), budgets.end(), budget) == budgets.end()) {
        budgets.push_back(budget);
      }
    }
    prepared_.profile(false, executor_, result_);
    const evidence::Found found = this->found();  // says which controls are none
    for (const std::uint64_t budget : budgets) {
      std::vector<const TestModels*> steps;
      std::copy_if(calibrated_.begin(), calibrated_.end(), std::back_inserter(steps),
                   [&](const TestModels* step) { return step->read.back() == budget; });
      result_.add(calibrate(steps, prepared_.at({budget}), found, executor_));
    }
  }

  // Pairs found to be related, each with all its steps, read as far as they were last.
  std::vector<ModelPair> relatives() const {
    const evidence::Found found = this->found();
    std::map<Models, plan::ReadLimit> limits = tested_;
    std::vector<ModelPair> pairs;
    for (const auto* steps : {&exact_, &calibrated_}) {
      for (const TestModels* step : *steps) {
        if (!found.related(step->model_a->key, step->model_b->key)) continue;
        const Models models{step->model_a, step->model_b};
        addTo(pairs, *step,
              limits.try_emplace(models, plan::ReadLimit{step->read.back()}).first->second);
      }
    }
    return pairs;
  }

  void describe() {
    const std::vector<ModelPair> pairs = relatives();
    run::Units<results::StepResult> units =
        pairUnits(pairs, "description", plan_, executor_.threads);
    units.compute = [&](std::size_t i) {
      run::RangesRead ranges;
      results::StepResult described;
      described.tables = tester_.tables(pairs[i]);
      described.ranges = ranges.take();
      return described;
    };
    units.consume = [&](std::size_t, results::StepResult&& described) {
      result_.add(std::move(described));
      executor_.noteMemory();
    };
    run::perform(executor_.crew, units);
  }

  run::Executor& executor_;
  const Plan& plan_;
  const results::StepResult& earlier_;
  results::StepResult result_;
  Prepared prepared_;
  PairTester tester_;  // of what is prepared
  std::vector<const TestModels*> exact_, calibrated_;
  std::set<Models> settled_;
  std::map<Models, plan::ReadLimit> tested_;  // with that of the last stage that no beacon drew
};

}  // namespace

results::StepResult run(const std::vector<const TestModels*>& steps, const Plan& plan,
                        const results::StepResult& earlier, run::Executor& executor) {
  return MatrixTester(steps, plan, earlier, executor).run();
}

}  // namespace kindred::steps
