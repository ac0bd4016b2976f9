#include "steps/test/pair_tester.hpp"

#include <utility>

#include "align/one_at_a_time.hpp"
#include "align/redrawn.hpp"
#include "evidence/checked.hpp"
#include "models/role_shapes.hpp"
#include "plugin/guard.hpp"
#include "run/interrupt.hpp"
#include "run/ordered.hpp"
#include "run/weights.hpp"
#include "steps/test/adapter_test.hpp"
#include "steps/test/testing.hpp"

namespace kindred::steps {
namespace {

struct StepUse {
  const TestModels* step;
  GaugeUse use;
};

align::NamedTest named(const TestModels& step) {
  return {step.ready->tools.plugin->name(), step.test->test.get()};
}

std::vector<StepUse> usesOf(const std::vector<const TestModels*>& steps,
                            const align::Subjects& subjects) {
  std::vector<StepUse> all;
  for (const TestModels* step : steps) {
    const align::NamedTest test = named(*step);
    for (GaugeUse& use : plugin::guard(test.name, [&] { return align::usesOf(test, subjects); })) {
      all.push_back({step, std::move(use)});
    }
  }
  return all;
}

results::StepResult run(const StepUse& of, const align::Subjects& subjects,
                        align::SelfTests& self_tests) {
  run::RangesRead ranges;
  results::StepResult outcome;
  const TestModels& step = *of.step;
  const align::NamedTest test = named(step);
  const std::string& a = subjects.a.weights().model();
  const std::string& b = subjects.b.weights().model();
  align::Outcome made = plugin::guard(test.name, [&] {
    return align::runUse(test, of.use, subjects, self_tests, step.test->seed);
  });
  for (Finding& each : made.findings) {
    const Basis basis = each.basis;  // the session's word, not the plugin's
    Finding finding = std::move(evidence::checked(test.name, basis, {std::move(each)}).front());
    const bool exchanged = finding.reference == b;
    outcome.findings.push_back({step.step->name, exchanged ? b : a, exchanged ? a : b,
                                std::move(finding), 0, 1, componentOf(step)});
  }
  for (const align::Refusal& refusal : made.refusals) {
    outcome.refused.push_back(
        {step.step->name, a, b, refusal.gauge, refusal.reason, refusal.unfair});
  }
  outcome.ranges = ranges.take();
  return outcome;
}

}  // namespace

std::string PairTester::untestable(const plan::Model& model, const plan::ReadLimit& limit) const {
  if (isAdapter(model)) return "'" + model.key + "' is an adapter, a change of another model";
  const plan::WeightReading* reading = plan_.reading(model, limit);
  if (reading == nullptr) return "the architecture of '" + model.key + "' is not known";
  if (!reading->matrices.empty()) return {};
  const std::string summary = models::summary(reading->misfits);
  return "no matrix of '" + model.key + "' can be tested" + (summary.empty() ? "" : ": " + summary);
}

results::StepResult PairTester::test(const ModelPair& pair, unsigned threads) const {
  const plan::Model& model_a = *pair.models.first;
  const plan::Model& model_b = *pair.models.second;
  if (isAdapter(model_a) && isAdapter(model_b)) return testAdapters(pair);
  results::StepResult outcome;
  for (const plan::Model* model : {&model_a, &model_b}) {
    const std::string reason = untestable(*model, pair.limit);
    if (reason.empty()) continue;
    for (const TestModels* step : pair.steps) {
      outcome.refused.push_back({step->step->name, model_a.key, model_b.key, "", reason, false});
    }
    return outcome;
  }
  const auto [reference, other] = inOrder(pair);
  testAligned(pair, *reference, *other, self_tests_, threads, outcome);
  return outcome;
}

results::StepResult PairTester::redrawn(const ModelPair& pair, std::uint64_t seed) const {
  results::StepResult outcome;
  const auto [reference, other] = inOrder(pair);
  const align::Redrawn weights(reference->weights(), seed);
  const Doubling known = reference->doubling();
  const auto profile = plugin::guard("aligner", [&] { return aligner_.profile(weights, &known); });
  align::SelfTests self_tests;
  testAligned(pair, *profile, *other, self_tests, 1, outcome);
  outcome.refused.clear();  // as without a redraw
  outcome.ranges.clear();   // what it reads, the first stage has read
  return outcome;
}

// Nothing is drawn here, so the alignment need be blind to nothing. For each part of the model with
// more parts the other's is told.
std::vector<results::StepTable> PairTester::tables(const ModelPair& pair) const {
  std::vector<results::StepTable> tables;
  Profile a = prepared_.at(pair.limit).of(*pair.models.first);
  Profile b = prepared_.at(pair.limit).of(*pair.models.second);
  if (a == nullptr || b == nullptr) return tables;  // related by tests that need no architecture
  if (a->weights().mlps().size() > b->weights().mlps().size()) std::swap(a, b);
  const GaugeUse none{Gauge::none, GaugeUse::Of::signs, "", 0};
  const auto alignment = plugin::guard("aligner", [&] { return aligner_.align(*a, *b); });
  const Alignment& aligned =
      plugin::guard("aligner", [&]() -> const Alignment& { return alignment->blindTo(none); });
  for (const TestModels* step : pair.steps) {
    const MatrixTask task{*a, *b, aligned, none, step->test->seed};
    auto made = plugin::guard(step->ready->tools.plugin->name(),
                              [&] { return step->test->test->describe(task); });
    for (TextTable& table : made) {
      tables.push_back({step->step->name,
                        {pair.models.first->key, pair.models.second->key},
                        std::move(table),
                        true});
    }
  }
  return tables;
}

PairTester::InOrder PairTester::inOrder(const ModelPair& pair) const {
  Profile a = prepared_.at(pair.limit).of(*pair.models.first);
  Profile b = prepared_.at(pair.limit).of(*pair.models.second);
  return align::firstIsReference(*a, *b) ? InOrder(a, b) : InOrder(b, a);
}

void PairTester::testAligned(const ModelPair& pair, const ModelProfile& reference,
                             const ModelProfile& other, align::SelfTests& self_tests,
                             unsigned threads, results::StepResult& outcome) const {
  const auto align = [&](const ModelProfile& first, const ModelProfile& second) {
    return plugin::guard("aligner", [&] { return aligner_.align(first, second); });
  };
  align::OneAtATime alignment([&] { return align(reference, other); });
  align::OneAtATime exchanged([&] { return align(other, reference); });
  const align::Subjects subjects{reference, other, alignment,
                                 [&]() -> PairAlignment& { return exchanged; }};
  const std::vector<StepUse> uses = usesOf(pair.steps, subjects);
  const std::size_t finished = run::inOrder<results::StepResult>(
      uses.size(), threads, [&](std::size_t i) { return run(uses[i], subjects, self_tests); },
      [&](std::size_t, results::StepResult&& made) { outcome.add(std::move(made)); },
      run::interrupted);
  if (finished < uses.size()) throw Stopped();
}

}  // namespace kindred::steps
