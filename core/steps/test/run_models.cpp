// Tests over whole models: weights by role, an alignment blind to the test's gauge, findings.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "align/one_at_a_time.hpp"
#include "align/redrawn.hpp"
#include "align/session.hpp"
#include "evidence/adjust.hpp"
#include "evidence/checked.hpp"
#include "evidence/found.hpp"
#include "models/adapter.hpp"
#include "plugin/guard.hpp"
#include "run/interrupt.hpp"
#include "run/ordered.hpp"
#include "run/units.hpp"
#include "run/weights.hpp"
#include "steps/plan.hpp"
#include "steps/test/adapter_pairs.hpp"
#include "steps/test/calibrated.hpp"
#include "steps/test/null_check.hpp"
#include "steps/test/passed_over.hpp"
#include "steps/test/profiled.hpp"
#include "steps/test/profiles.hpp"
#include "steps/test/testing.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

bool isAdapter(const plan::Model& model) { return model.checkpoint.adapter() != nullptr; }

class MatrixTester {
 public:
  MatrixTester(const std::vector<const TestModels*>& steps, const Plan& plan,
               const results::StepResult& earlier, run::Executor& executor)
      : executor_(executor),
        plan_(plan),
        earlier_(earlier),
        aligner_(*steps.front()->test->aligner),
        first_step_(steps.front()->step->name) {
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
    if (!run::interrupted()) checkNull();
    runCalibrated();
    describe();
    for (const auto& [limit, profiles] : profiles_) {
      const std::vector<results::RangeRead> ranges = profiles.takeRanges();
      result_.ranges.insert(result_.ranges.end(), ranges.begin(), ranges.end());
    }
    return std::move(result_);
  }

 private:
  using Models = std::pair<const plan::Model*, const plan::Model*>;

  // Steps over the same two models, read to the same limit, share an alignment.
  struct Pair {
    Models models;
    plan::ReadLimit limit;
    std::vector<const TestModels*> steps;
  };

  Profiles& profilesFor(const TestModels& step, const plan::ReadLimit& limit) {
    Profiles& profiles = profiles_.try_emplace(limit, aligner_).first->second;
    for (const plan::Model* model : {step.model_a, step.model_b}) {
      profiles.add(*model, plan_.reading(*model, limit));
    }
    for (const plan::Model* control : step.controls) {
      profiles.add(*control, plan_.reading(*control, limit));
    }
    return profiles;
  }

  void skip(const TestModels& step, std::size_t stage, const std::string& reason) {
    result_.skipped.push_back({step.step->name, stage + 1, reason});
  }

  std::vector<Pair> pairsOf(std::size_t stage) {
    std::vector<Pair> pairs;
    for (const TestModels* step : exact_) {
      const Models models{step->model_a, step->model_b};
      if (stage >= step->ready->asked->read.size()) continue;
      if (settled_.contains(models)) {
        skip(*step, stage, "an earlier stage settled the pair");
        continue;
      }
      if (stage >= step->read.size()) {
        skip(*step, stage, "an earlier stage read both models whole");
        continue;
      }
      addTo(pairs, *step, {step->read[stage]});
    }
    return pairs;
  }

  // Every pair, settled or not, of which rows could be foreseen.
  std::vector<Pair> drawnPairs() {
    std::vector<Pair> pairs;
    for (const TestModels* step : exact_) {
      if (!step->drawn) continue;
      const auto tested = tested_.find({step->model_a, step->model_b});
      if (tested != tested_.end() && isWhole(*step, tested->second)) {
        skip(*step, stagesOf(plan_) - 1, "an earlier stage read both models whole");
      } else {
        addTo(pairs, *step, *step->drawn);
      }
    }
    return pairs;
  }

  bool isWhole(const TestModels& step, const plan::ReadLimit& limit) const {
    return plan_.reading(*step.model_a, limit)->whole && plan_.reading(*step.model_b, limit)->whole;
  }

  void addTo(std::vector<Pair>& pairs, const TestModels& step, const plan::ReadLimit& limit) {
    const Models models{step.model_a, step.model_b};
    const auto same = std::find_if(pairs.begin(), pairs.end(), [&](const Pair& pair) {
      return pair.models == models && pair.limit == limit;
    });
    if (same != pairs.end()) {
      same->steps.push_back(&step);
      return;
    }
    profilesFor(step, limit);
    pairs.push_back({models, limit, {&step}});
  }

  // Reads and profiles the models that are new, each once for all its pairs. What of them is passed
  // over is listed once, where it is asked for.
  void profile(bool list) {
    std::vector<std::pair<plan::ReadLimit, const plan::Model*>> models;
    for (auto& [limit, profiles] : profiles_) {
      for (const plan::Model* model : profiles.takeNew()) models.emplace_back(limit, model);
    }
    run::Units<Profiled> units;
    units.write = profiledJson;
    units.read = profiledOf;
    units.stage = "models read and prepared";
    units.count = models.size();
    units.threads = executor_.threads;
    units.name = [&](std::size_t i) {
      return fmt::format("{}: profile of {} to {}", first_step_, models[i].second->key,
                         inWords(models[i].first));
    };
    units.cost = [&](std::size_t i) { return bytesOf(*models[i].second, models[i].first); };
    units.compute = [&](std::size_t i) {
      run::RangesRead ranges;
      const Profiles& profiles = profiles_.at(models[i].first);
      const ModelProfile& profile = *profiles.of(*models[i].second);
      Profiled made;
      made.result.left_out = passedOver(*profiles.weights(*models[i].second), profile, first_step_);
      made.result.ranges = ranges.take();
      made.doubling = profile.doubling();
      return made;
    };
    units.consume = [&](std::size_t i, Profiled&& made) {
      profiles_.at(models[i].first).know(*models[i].second, std::move(made.doubling));
      auto& all = result_.left_out;
      for (results::LeftOut& rows : std::exchange(made.result.left_out, {})) {
        const bool listed =
            !list || std::any_of(all.begin(), all.end(), [&](const results::LeftOut& known) {
              return known.step == rows.step && known.model_a == rows.model_a &&
                     known.tensor_a == rows.tensor_a && known.reason == rows.reason;
            });
        if (!listed) all.push_back(std::move(rows));
      }
      result_.add(std::move(made.result));
    };
    run::perform(executor_.crew, units);
  }

  static std::string inWords(const plan::ReadLimit& limit) {
    return fmt::format("{}{}", limit.bytes, limit.beacon.empty() ? "" : " by the beacon");
  }

  std::uint64_t bytesOf(const plan::Model& model, const plan::ReadLimit& limit) const {
    const plan::WeightReading* reading = plan_.reading(model, limit);
    return reading == nullptr ? 0 : reading->bytes;
  }

  // Units of work that are pairs.
  run::Units<results::StepResult> unitsOf(const std::vector<Pair>& pairs, const char* what) const {
    run::Units<results::StepResult> units = run::stepUnits();
    units.stage = fmt::format("{} of pairs", what);
    units.count = pairs.size();
    units.threads = executor_.threads;
    units.name = [this, &pairs, what](std::size_t i) {
      return fmt::format("{}: {} of {} and {} to {}", pairs[i].steps.front()->step->name, what,
                         pairs[i].models.first->key, pairs[i].models.second->key,
                         inWords(pairs[i].limit));
    };
    units.cost = [this, &pairs](std::size_t i) {
      const Pair& pair = pairs[i];
      return bytesOf(*pair.models.first, pair.limit) + bytesOf(*pair.models.second, pair.limit);
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

  void runStage(const std::vector<Pair>& pairs, std::size_t number) {
    if (pairs.empty()) return;
    profile(true);
    std::vector<evidence::StepFinding> made;
    run::Units<results::StepResult> units = unitsOf(pairs, "tests");
    units.compute = [&](std::size_t i) { return test(pairs[i], threadsEach(pairs.size())); };
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
    for (const Pair& pair : pairs) {
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
    if (calibrated_.empty() || run::interrupted()) return;
    // By budget, in the order of steps.
    std::vector<std::uint64_t> budgets;
    for (const TestModels* step : calibrated_) {
      const std::uint64_t budget = step->read.back();
      profilesFor(*step, {budget});
      if (std::find(budgets.begin(), budgets.end(), budget) == budgets.end()) {
        budgets.push_back(budget);
      }
    }
    profile(false);
    const evidence::Found found = this->found();  // says which controls are none
    for (const std::uint64_t budget : budgets) {
      std::vector<const TestModels*> steps;
      std::copy_if(calibrated_.begin(), calibrated_.end(), std::back_inserter(steps),
                   [&](const TestModels* step) { return step->read.back() == budget; });
      result_.add(calibrate(steps, profiles_.at({budget}), found, executor_));
    }
  }

  // Pairs found to be related, each with all its steps, read as far as they were last.
  std::vector<Pair> relatives() {
    const evidence::Found found = this->found();
    std::vector<Pair> pairs;
    const auto add = [&](const TestModels* step) {
      const Models models{step->model_a, step->model_b};
      const auto same = std::find_if(pairs.begin(), pairs.end(),
                                     [&](const Pair& pair) { return pair.models == models; });
      if (same != pairs.end()) {
        same->steps.push_back(step);
      } else {
        const auto tested = tested_.find(models);
        pairs.push_back(
            {models,
             tested == tested_.end() ? plan::ReadLimit{step->read.back()} : tested->second,
             {step}});
      }
    };
    for (const TestModels* step : exact_) add(step);
    for (const TestModels* step : calibrated_) add(step);
    std::erase_if(pairs, [&](const Pair& pair) {
      return !found.related(pair.models.first->key, pair.models.second->key);
    });
    return pairs;
  }

  void describe() {
    if (run::interrupted()) return;
    const std::vector<Pair> pairs = relatives();
    run::Units<results::StepResult> units = unitsOf(pairs, "description");
    units.compute = [&](std::size_t i) {
      run::RangesRead ranges;
      results::StepResult described;
      described.tables = tablesOf(pairs[i]);
      described.ranges = ranges.take();
      return described;
    };
    units.consume = [&](std::size_t, results::StepResult&& described) {
      result_.add(std::move(described));
      executor_.noteMemory();
    };
    run::perform(executor_.crew, units);
  }

  // Nothing is drawn here, so the alignment need be blind to nothing. For each part of the model
  // with more parts the other's is told.
  std::vector<results::StepTable> tablesOf(const Pair& pair) const {
    std::vector<results::StepTable> tables;
    const ModelProfile* a = profiles_.at(pair.limit).of(*pair.models.first);
    const ModelProfile* b = profiles_.at(pair.limit).of(*pair.models.second);
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

  // Why nothing of a model can be tested; empty: something can.
  std::string untestable(const plan::Model& model, const plan::ReadLimit& limit) const {
    if (isAdapter(model)) return "'" + model.key + "' is an adapter, a change of another model";
    const plan::WeightReading* reading = plan_.reading(model, limit);
    if (reading == nullptr) return "the architecture of '" + model.key + "' is not known";
    if (!reading->matrices.empty()) return {};
    const std::string summary = models::summary(reading->misfits);
    return "no matrix of '" + model.key + "' can be tested" +
           (summary.empty() ? "" : ": " + summary);
  }

  // On so many threads.
  results::StepResult test(const Pair& pair, unsigned threads) const {
    const plan::Model& model_a = *pair.models.first;
    const plan::Model& model_b = *pair.models.second;
    if (isAdapter(model_a) && isAdapter(model_b)) return testAdapters(pair, model_a, model_b);
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

  // The reference first.
  std::pair<const ModelProfile*, const ModelProfile*> inOrder(const Pair& pair) const {
    const ModelProfile* a = profiles_.at(pair.limit).of(*pair.models.first);
    const ModelProfile* b = profiles_.at(pair.limit).of(*pair.models.second);
    return align::firstIsReference(*a, *b) ? std::pair(a, b) : std::pair(b, a);
  }

  void testAligned(const Pair& pair, const ModelProfile& reference, const ModelProfile& other,
                   align::SelfTests& self_tests, unsigned threads,
                   results::StepResult& outcome) const {
    const auto align = [&](const ModelProfile& first, const ModelProfile& second) {
      return plugin::guard("aligner", [&] { return aligner_.align(first, second); });
    };
    align::OneAtATime alignment([&] { return align(reference, other); });
    align::OneAtATime exchanged([&] { return align(other, reference); });
    const align::Subjects subjects{reference, other, alignment,
                                   [&]() -> PairAlignment& { return exchanged; }};
    const std::size_t finished = run::inOrder<results::StepResult>(
        pair.steps.size(), threads,
        [&](std::size_t i) { return runStep(*pair.steps[i], subjects, self_tests); },
        [&](std::size_t, results::StepResult&& made) { outcome.add(std::move(made)); },
        run::interrupted);
    if (finished < pair.steps.size()) throw Stopped();
  }

  // --- the null, where signs are drawn anew

  static bool tossesSigns(const TestModels& step) {
    const std::vector<GaugeUse> uses = step.test->test->uses();
    return std::any_of(uses.begin(), uses.end(),
                       [](const GaugeUse& use) { return use.of == GaugeUse::Of::signs; });
  }

  // Pairs whose null is to be checked, with what their first stage read.
  std::vector<Pair> pairsToCheck() {
    std::vector<Pair> pairs;
    for (const TestModels* step : exact_) {
      if (step->ready->asked->check_null == 0 || !tossesSigns(*step)) continue;
      const plan::ReadLimit limit{step->read.front()};
      const bool known = isKnown(*step->model_a, limit) && isKnown(*step->model_b, limit);
      if (known) addTo(pairs, *step, limit);
    }
    return pairs;
  }

  bool isKnown(const plan::Model& model, const plan::ReadLimit& limit) const {
    return untestable(model, limit).empty();
  }

  results::StepResult redraw(const Pair& pair, std::uint64_t seed) const {
    results::StepResult outcome;
    const auto [reference, other] = inOrder(pair);
    const align::Redrawn weights(reference->weights(), seed);
    const Doubling known = reference->doubling();
    const auto profile =
        plugin::guard("aligner", [&] { return aligner_.profile(weights, &known); });
    align::SelfTests self_tests;
    testAligned(pair, *profile, *other, self_tests, 1, outcome);
    outcome.refused.clear();  // as without a redraw
    outcome.ranges.clear();   // what it reads, the first stage has read
    return outcome;
  }

  void checkNull() {
    const std::vector<Pair> pairs = pairsToCheck();
    std::vector<std::pair<const Pair*, std::uint64_t>> redraws;
    for (const Pair& pair : pairs) {
      const std::uint64_t count = pair.steps.front()->ready->asked->check_null;
      for (std::uint64_t seed = 1; seed <= count; ++seed) redraws.emplace_back(&pair, seed);
    }
    std::vector<NullCheck> checks(pairs.size());
    run::Units<results::StepResult> units = unitsOf(pairs, "redraws");
    const auto of_pair = [&](std::size_t i) {
      return static_cast<std::size_t>(redraws[i].first - pairs.data());
    };
    const auto name = units.name;
    const auto uses = units.uses;
    const auto cost = units.cost;
    units.count = redraws.size();
    units.name = [&](std::size_t i) {
      return fmt::format("{}, redraw {}", name(of_pair(i)), redraws[i].second);
    };
    units.cost = [&](std::size_t i) { return cost(of_pair(i)); };
    units.uses = [&](std::size_t i) { return uses(of_pair(i)); };
    units.compute = [&](std::size_t i) {
      run::RangesRead ranges;
      return redraw(*redraws[i].first, redraws[i].second);
    };
    units.consume = [&](std::size_t i, results::StepResult&& made) {
      checks[of_pair(i)].add(made.findings);
      executor_.noteMemory();
    };
    run::perform(executor_.crew, units);
    for (std::size_t i = 0; i < pairs.size() && !run::interrupted(); ++i) {
      const std::vector<NullCheck::Entry> entries = checks[i].entries();
      if (entries.empty()) continue;
      const std::string& a = pairs[i].models.first->key;
      const std::string& b = pairs[i].models.second->key;
      result_.tables.push_back(nullTable(a, b, entries));
      applyNull(a, b, entries, result_);
    }
  }

  // By their components: an adapter needs no architecture. The reference is one whose start was
  // drawn at random.
  static results::StepResult testAdapters(const Pair& pair, const plan::Model& model_a,
                                          const plan::Model& model_b) {
    results::StepResult outcome;
    const bool in_order = models::beganAtRandom(*model_a.checkpoint.adapter());
    const plan::Model& a = in_order ? model_a : model_b;
    const plan::Model& b = in_order ? model_b : model_a;
    AdapterPairs pairs;
    if (models::beganAtRandom(*a.checkpoint.adapter())) {
      pairs = pairAdapters(a, b, pair.limit.bytes);
    } else {
      pairs.none = "the factors of both began at what was computed from their base, not at random";
    }
    outcome.ranges = std::move(pairs.ranges);
    const std::string& first = pair.steps.front()->step->name;
    const bool last = pair.limit.bytes == pair.steps.front()->read.back();
    for (const std::string& module : last ? pairs.left_out : std::vector<std::string>()) {
      outcome.left_out.push_back(
          {first, a.key, words::escaped(module), b.key, words::escaped(module), "over budget"});
    }
    for (const TestModels* step : pair.steps) {
      if (pairs.rows.empty()) break;
      addFindings(*step, a, b, pairs.rows, outcome);
    }
    if (!outcome.findings.empty()) return outcome;
    if (pairs.none.empty()) {
      pairs.none = "no component gives a coin: they are zero, constant or copies of each other";
    }
    outcome.refused.push_back({first, a.key, b.key, Gauge::adapter_rank, pairs.none, false});
    return outcome;
  }

  static void addFindings(const TestModels& step, const plan::Model& a, const plan::Model& b,
                          const std::vector<RowPair>& rows, results::StepResult& outcome) {
    const std::string test = step.ready->tools.plugin->name();
    const Basis basis = a.checkpoint.adapter()->stated ? Basis::exact : Basis::unverified;
    std::vector<Finding> findings =
        plugin::guard(test, [&] { return step.test->test->runOnAdapters(rows); });
    for (Finding& finding : findings) {
      finding.gauge = Gauge::adapter_rank;
      finding.reference = a.key;
    }
    for (Finding& finding : evidence::checked(test, basis, std::move(findings))) {
      outcome.findings.push_back({step.step->name, a.key, b.key, std::move(finding), 0});
    }
  }

  results::StepResult runStep(const TestModels& step, const align::Subjects& subjects,
                              align::SelfTests& self_tests) const {
    run::RangesRead ranges;
    results::StepResult outcome;
    const std::string test = step.ready->tools.plugin->name();
    const std::string& a = subjects.a.weights().model();
    const std::string& b = subjects.b.weights().model();
    align::Outcome made = plugin::guard(test, [&] {
      return align::runTests({{test, step.test->test.get()}}, subjects, self_tests,
                             step.test->seed);
    });
    for (Finding& each : made.findings) {
      const Basis basis = each.basis;  // the session's word, not the plugin's
      Finding finding = std::move(evidence::checked(test, basis, {std::move(each)}).front());
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

  run::Executor& executor_;
  const Plan& plan_;
  const results::StepResult& earlier_;
  results::StepResult result_;
  const Aligner& aligner_;
  const std::string& first_step_;
  std::map<plan::ReadLimit, Profiles> profiles_;
  mutable align::SelfTests self_tests_;  // of those profiles
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
