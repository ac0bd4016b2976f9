// Tests over whole models: weights by role, an alignment blind to the test's gauge, findings.
#include <algorithm>

#include <kindred/error.hpp>

#include "align/session.hpp"
#include "plugin/guard.hpp"
#include "run/calibrated.hpp"
#include "run/interrupt.hpp"
#include "run/ordered.hpp"
#include "run/profiles.hpp"
#include "run/session.hpp"

namespace kindred::run {
namespace {

struct Outcome {
  std::vector<StepFinding> findings;
  std::vector<Refused> refused;
};

class MatrixTester {
 public:
  MatrixTester(std::span<const plan::PlannedStep> steps, Session& session)
      : session_(session),
        aligner_(*steps.front().tools->aligner),
        profiles_(aligner_, session.budget) {
    for (const plan::PlannedStep& step : steps) {
      for (const plan::Model* model : {step.model_a, step.model_b}) profiles_.add(*model);
      for (const plan::Model* control : step.controls) profiles_.add(*control);
      if (step.tools->matrix_test->calibrated()) {
        calibrated_.push_back(&step);
      } else {
        addStep(step);
      }
    }
  }

  void run() {
    profiles_.compute(session_.threads);
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
    if (!interrupted() && !calibrated_.empty()) calibrate(calibrated_, profiles_, session_);
    const std::vector<RangeRead> ranges = profiles_.takeRanges();
    auto& all = session_.results.ranges;
    all.insert(all.end(), ranges.begin(), ranges.end());
  }

 private:
  // Steps over the same two models share an alignment.
  using Pair = std::vector<const plan::PlannedStep*>;

  void addStep(const plan::PlannedStep& step) {
    for (Pair& pair : pairs_) {
      if (pair.front()->model_a == step.model_a && pair.front()->model_b == step.model_b) {
        pair.push_back(&step);
        return;
      }
    }
    pairs_.push_back({&step});
  }

  Outcome test(const Pair& pair) const {
    Outcome outcome;
    const plan::Model& model_a = *pair.front()->model_a;
    const plan::Model& model_b = *pair.front()->model_b;
    const ModelProfile* a = profiles_.of(model_a);
    const ModelProfile* b = profiles_.of(model_b);
    if (a == nullptr || b == nullptr) {
      const plan::Model& unknown = a == nullptr ? model_a : model_b;
      for (const plan::PlannedStep* step : pair) {
        outcome.refused.push_back({step->step->name, model_a.key, model_b.key, "",
                                   "the architecture of '" + unknown.key + "' is not known"});
      }
      return outcome;
    }
    const bool in_order = align::firstIsReference(*a, *b);
    const ModelProfile& reference = in_order ? *a : *b;
    const ModelProfile& other = in_order ? *b : *a;
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
  Profiles profiles_;
  std::vector<Pair> pairs_;  // of exact tests
  std::vector<const plan::PlannedStep*> calibrated_;
};

}  // namespace

void runMatrixTests(std::span<const plan::PlannedStep> steps, Session& session) {
  session.progress.step(steps.front().step->name, steps.size());
  MatrixTester(steps, session).run();
}

}  // namespace kindred::run
