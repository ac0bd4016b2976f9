// Tests over whole models: weights by role, an alignment blind to the test's gauge, findings.
#include <algorithm>
#include <map>
#include <set>

#include <kindred/error.hpp>

#include "align/session.hpp"
#include "plugin/guard.hpp"
#include "run/interrupt.hpp"
#include "run/ordered.hpp"
#include "run/passed_over.hpp"
#include "run/session.hpp"
#include "run/weights.hpp"

namespace kindred::run {
namespace {

// A model with what is computed once for all pairs it takes part in. Profiles refer to weights.
struct Profiled {
  std::unique_ptr<CheckpointWeights> weights;
  std::unique_ptr<ModelProfile> profile;
};

struct Outcome {
  std::vector<StepFinding> findings;
  std::vector<Refused> refused;
};

class MatrixTester {
 public:
  MatrixTester(std::span<const plan::PlannedStep> steps, Session& session)
      : session_(session),
        aligner_(*steps.front().tools->aligner),
        first_step_(steps.front().step->name) {
    for (const plan::PlannedStep& step : steps) {
      for (const plan::Model* model : {step.model_a, step.model_b}) addModel(*model);
      addStep(step);
    }
  }

  void run() {
    profileModels();
    inOrder<Outcome>(
        pairs_.size(), session_.threads, [&](std::size_t i) { return test(pairs_[i]); },
        [&](std::size_t, Outcome&& outcome) {
          auto& results = session_.results;
          std::move(outcome.findings.begin(), outcome.findings.end(),
                    std::back_inserter(results.findings));
          std::move(outcome.refused.begin(), outcome.refused.end(),
                    std::back_inserter(results.refused));
          session_.progress.advance(0, true);
          session_.noteMemory();
        },
        interrupted);
    for (auto& [model, profiled] : models_) {
      if (!profiled.weights) continue;
      const std::vector<RangeRead> ranges = profiled.weights->takeRanges();
      auto& all = session_.results.ranges;
      all.insert(all.end(), ranges.begin(), ranges.end());
    }
  }

 private:
  // Steps over the same two models share an alignment.
  using Pair = std::vector<const plan::PlannedStep*>;

  void addModel(const plan::Model& model) {
    const auto [at, fresh] = models_.try_emplace(&model);
    if (!fresh || model.architecture == nullptr) return;
    at->second.weights = std::make_unique<CheckpointWeights>(model, session_.budget);
  }

  void addStep(const plan::PlannedStep& step) {
    for (Pair& pair : pairs_) {
      if (pair.front()->model_a == step.model_a && pair.front()->model_b == step.model_b) {
        pair.push_back(&step);
        return;
      }
    }
    pairs_.push_back({&step});
  }

  void profileModels() {
    std::vector<Profiled*> list;
    for (auto& [model, profiled] : models_) {
      if (profiled.weights) list.push_back(&profiled);
    }
    inOrder<std::unique_ptr<ModelProfile>>(
        list.size(), session_.threads,
        [&](std::size_t i) {
          return plugin::guard("aligner", [&] { return aligner_.profile(*list[i]->weights); });
        },
        [&](std::size_t i, std::unique_ptr<ModelProfile>&& profile) {
          list[i]->profile = std::move(profile);
          for (plan::LeftOut& rows : passedOver(*list[i]->profile, first_step_)) {
            session_.results.left_out.push_back(std::move(rows));
          }
          session_.noteMemory();
        },
        interrupted);
  }

  Outcome test(const Pair& pair) const {
    Outcome outcome;
    const plan::Model& model_a = *pair.front()->model_a;
    const plan::Model& model_b = *pair.front()->model_b;
    const Profiled& a = models_.at(&model_a);
    const Profiled& b = models_.at(&model_b);
    if (!a.profile || !b.profile) {
      const plan::Model& unknown = a.weights ? model_b : model_a;
      for (const plan::PlannedStep* step : pair) {
        outcome.refused.push_back({step->step->name, model_a.key, model_b.key, "",
                                   "the architecture of '" + unknown.key + "' is not known"});
      }
      return outcome;
    }
    const bool in_order = align::firstIsReference(*a.profile, *b.profile);
    const ModelProfile& reference = in_order ? *a.profile : *b.profile;
    const ModelProfile& other = in_order ? *b.profile : *a.profile;
    const auto alignment =
        plugin::guard("aligner", [&] { return aligner_.align(reference, other); });
    for (const plan::PlannedStep* step : pair) {
      runStep(*step, reference, other, *alignment, outcome);
    }
    return outcome;
  }

  static void runStep(const plan::PlannedStep& step, const ModelProfile& reference,
                      const ModelProfile& other, PairAlignment& alignment, Outcome& outcome) {
    const std::string test = step.tools->test_plugin->name();
    const std::string& a = reference.weights().model();
    const std::string& b = other.weights().model();
    align::Outcome made = plugin::guard(test, [&] {
      return align::runTests({{test, step.tools->matrix_test.get()}}, reference, other, alignment,
                             step.tools->seed);
    });
    for (Finding& finding : made.findings) {
      outcome.findings.push_back({step.step->name, a, b, std::move(finding), 0});
    }
    for (const align::Refusal& refusal : made.refusals) {
      outcome.refused.push_back({step.step->name, a, b, refusal.gauge, refusal.reason});
    }
  }

  Session& session_;
  const Aligner& aligner_;
  const std::string& first_step_;
  std::map<const plan::Model*, Profiled> models_;
  std::vector<Pair> pairs_;
};

}  // namespace

void runMatrixTests(std::span<const plan::PlannedStep> steps, Session& session) {
  session.progress.step(steps.front().step->name, steps.size());
  MatrixTester(steps, session).run();
}

}  // namespace kindred::run
