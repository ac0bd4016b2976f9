#include "steps/test/redraws.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "run/interrupt.hpp"
#include "run/weights.hpp"
#include "steps/test/null_check.hpp"

namespace kindred::steps {
namespace {

bool tossesSigns(const TestModels& step) {
  const std::vector<GaugeUse> uses = step.test->test->uses();
  return std::any_of(uses.begin(), uses.end(),
                     [](const GaugeUse& use) { return use.of == GaugeUse::Of::signs; });
}

struct Redraw {
  std::size_t pair;
  std::uint64_t seed;
};

std::vector<Redraw> redrawsOf(const std::vector<ModelPair>& pairs) {
  std::vector<Redraw> redraws;
  for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
    const std::uint64_t count = pairs[pair].steps.front()->ready->asked->check_null;
    for (std::uint64_t seed = 1; seed <= count; ++seed) redraws.push_back({pair, seed});
  }
  return redraws;
}

}  // namespace

std::vector<ModelPair> pairsToCheck(const std::vector<const TestModels*>& steps,
                                    const PairTester& tester) {
  std::vector<ModelPair> pairs;
  for (const TestModels* step : steps) {
    if (step->ready->asked->check_null == 0 || !tossesSigns(*step)) continue;
    const plan::ReadLimit limit{step->read.front()};
    const bool testable = tester.untestable(*step->model_a, limit).empty() &&
                          tester.untestable(*step->model_b, limit).empty();
    if (testable) addTo(pairs, *step, limit);
  }
  return pairs;
}

void checkNull(const std::vector<ModelPair>& pairs, const PairTester& tester, const Plan& plan,
               run::Executor& executor, results::StepResult& result) {
  const std::vector<Redraw> redraws = redrawsOf(pairs);
  std::vector<NullCheck> checks(pairs.size());
  const run::Units<results::StepResult> of_pairs =
      pairUnits(pairs, "redraws", plan, executor.threads);
  run::Units<results::StepResult> units = of_pairs;
  units.count = redraws.size();
  units.name = [&](std::size_t i) {
    return fmt::format("{}, redraw {}", of_pairs.name(redraws[i].pair), redraws[i].seed);
  };
  units.cost = [&](std::size_t i) { return of_pairs.cost(redraws[i].pair); };
  units.uses = [&](std::size_t i) { return of_pairs.uses(redraws[i].pair); };
  units.check = [&](std::size_t i, const results::StepResult& told, const std::string& plugin) {
    of_pairs.check(redraws[i].pair, told, plugin);
  };
  units.compute = [&](std::size_t i) {
    run::RangesRead ranges;
    return tester.redrawn(pairs[redraws[i].pair], redraws[i].seed);
  };
  units.consume = [&](std::size_t i, results::StepResult&& made) {
    checks[redraws[i].pair].add(made.findings);
    executor.noteMemory();
  };
  run::perform(executor.crew, units);
  for (std::size_t i = 0; i < pairs.size() && !run::interrupted(); ++i) {
    const std::vector<NullCheck::Entry> entries = checks[i].entries();
    if (entries.empty()) continue;
    const std::string& a = pairs[i].models.first->key;
    const std::string& b = pairs[i].models.second->key;
    result.tables.push_back(nullTable(a, b, entries));
    applyNull(a, b, entries, result);
  }
}

}  // namespace kindred::steps
