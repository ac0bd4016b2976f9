#include "steps/runner.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <tuple>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include <kindred/analysis/stop/stop.hpp>

#include "evidence/adjust.hpp"
#include "run/aggregate.hpp"
#include "run/interrupt.hpp"
#include "steps/told.hpp"

namespace kindred::steps {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<std::string> identities(const plan::Models& models) {
  std::vector<std::string> list;
  for (const plan::Model* model : models.opened()) {
    for (const models::Shard& shard : model->checkpoint.shards()) {
      list.push_back(shard.file->identity());
    }
  }
  return list;
}

void checkUnchanged(const plan::Models& models, const std::vector<std::string>& before) {
  std::size_t i = 0;
  for (const plan::Model* model : models.opened()) {
    for (const models::Shard& shard : model->checkpoint.shards()) {
      if (shard.file->identity() == before[i++]) continue;
      throw inputError(shard.file->place(), "the file changed while it was read",
                       "run again when nothing writes to it");
    }
  }
}

bool isTestOfModels(const PlannedStep& step) { return std::holds_alternative<TestModels>(step); }
bool needsEarlier(const PlannedStep& step) { return std::holds_alternative<TestTable>(step); }

// Steps next to each other are run together where none needs what another comes to: tests of whole
// models, which share what is computed of a model or pair, or any others but tests of tables.
std::size_t endOfGroup(const std::vector<PlannedStep>& steps, std::size_t first) {
  std::size_t end = first + 1;
  if (needsEarlier(steps[first])) return end;
  const bool tests = isTestOfModels(steps[first]);
  while (end < steps.size() && !needsEarlier(steps[end]) && isTestOfModels(steps[end]) == tests) {
    ++end;
  }
  return end;
}

// Runs plans of steps and keeps what they come to.
class Runner {
 public:
  Runner(const Plan& plan, run::Executor& executor, results::Results& results)
      : plan_(plan), executor_(executor), results_(results) {}

  // What a step that stops in the middle has measured goes with it, where it can't hand it on.
  void run() {
    try {
      runAll();
    } catch (const Stopped&) {
    }
  }

 private:
  void runAll() {
    for (std::size_t i = 0; i < plan_.steps.size() && !run::interrupted();) {
      const std::size_t end = endOfGroup(plan_.steps, i);
      if (isTestOfModels(plan_.steps[i])) {
        begin(i);
        results_.add(testModels(i, end));
        for (; i < end; ++i) finished(i);
      } else {
        runEach(i, end);
        i = end;
      }
      executor_.noteMemory();
    }
  }

  results::StepResult testModels(std::size_t first, std::size_t end) {
    std::vector<const TestModels*> group;
    for (std::size_t i = first; i < end; ++i) {
      group.push_back(&std::get<TestModels>(plan_.steps[i]));
    }
    return steps::run(group, plan_, results_, executor_);
  }

  // One after the other on this rank: each uses all threads.
  void runEach(std::size_t first, std::size_t end) {
    run::Units<results::StepResult> units = run::stepUnits();
    units.count = end - first;
    units.name = [&](std::size_t i) {
      return fmt::format("step {} {}", first + i, base(plan_.steps[first + i]).step->name);
    };
    units.cost = [&](std::size_t i) { return base(plan_.steps[first + i]).work; };
    units.uses = [&](std::size_t i) {
      std::vector<std::string> names;
      for (const recipe::PluginUse& use : pluginsOf(*base(plan_.steps[first + i]).step)) {
        names.push_back(use.plugin);
      }
      return names;
    };
    units.check = [&](std::size_t i, const results::StepResult& told, const std::string& plugin) {
      const StepBase& step = base(plan_.steps[first + i]);
      checkTold(plugin, {step.step->name}, step.models, told);
    };
    units.compute = [&](std::size_t i) {
      begin(first + i);
      const auto tests = [&](const TestModels&) { return results::StepResult(); };  // not here
      const auto table = [&](const TestTable& step) {
        return steps::run(step, results_, executor_);
      };
      const auto others = [&](const auto& step) { return steps::run(step, executor_); };
      return std::visit(ByKind{tests, table, others}, plan_.steps[first + i]);
    };
    units.consume = [&](std::size_t i, results::StepResult&& made) {
      results_.add(std::move(made));
      executor_.noteMemory();
      finished(first + i);
    };
    run::perform(executor_.crew, units);
  }

  void begin(std::size_t i) {
    executor_.progress.step(base(plan_.steps[i]).step->name, i, plan_.steps.size());
  }

  void finished(std::size_t i) {
    const std::string& name = base(plan_.steps[i]).step->name;
    const bool known = !results_.finished.empty() && results_.finished.back() == name;
    if (!run::interrupted() && !known) results_.finished.push_back(name);
  }

  const Plan& plan_;
  run::Executor& executor_;
  results::Results& results_;
};

void sortRanges(std::vector<results::RangeRead>& ranges) {
  const auto key = [](const results::RangeRead& r) {
    return std::tie(r.model, r.file, r.offset, r.length);
  };
  std::sort(
      ranges.begin(), ranges.end(),
      [&](const results::RangeRead& x, const results::RangeRead& y) { return key(x) < key(y); });
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (key(ranges[i]) == key(ranges[i - 1]) && ranges[i].xxh3_128 != ranges[i - 1].xxh3_128) {
      throw inputError(ranges[i].file, "bytes read twice differ",
                       "run again when nothing writes to the file");
    }
  }
  ranges.erase(std::unique(ranges.begin(), ranges.end(),
                           [&](const results::RangeRead& x, const results::RangeRead& y) {
                             return key(x) == key(y);
                           }),
               ranges.end());
}

void sortFiles(std::vector<results::FileSeen>& files) {
  const auto key = [](const results::FileSeen& f) { return std::tie(f.model, f.name); };
  std::sort(
      files.begin(), files.end(),
      [&](const results::FileSeen& x, const results::FileSeen& y) { return key(x) < key(y); });
  files.erase(std::unique(files.begin(), files.end(),
                          [&](const results::FileSeen& x, const results::FileSeen& y) {
                            return key(x) == key(y);
                          }),
              files.end());
}

void sortContents(std::vector<results::TensorContent>& contents) {
  const auto key = [](const results::TensorContent& c) { return std::tie(c.model, c.tensor); };
  std::stable_sort(contents.begin(), contents.end(),
                   [&](const results::TensorContent& x, const results::TensorContent& y) {
                     return key(x) < key(y);
                   });
  contents.erase(std::unique(contents.begin(), contents.end(),
                             [&](const results::TensorContent& x, const results::TensorContent& y) {
                               return key(x) == key(y);
                             }),
                 contents.end());
}

// Findings that tests of models might have come to which an interruption left: of each as many as
// of any that was made.
std::size_t leftFindings(const Plan& plan, const results::Results& results) {
  if (results.complete) return 0;
  std::map<std::string, std::size_t> made;  // in the first stage, by step
  for (const evidence::StepFinding& row : results.findings) made[row.step] += row.stage == 1;
  std::size_t most = 1, left = 0;
  for (const auto& [step, count] : made) most = std::max(most, count);
  for (const PlannedStep& step : plan.steps) {
    if (isTestOfModels(step) && !made.contains(base(step).step->name)) ++left;
  }
  return left * most;
}

// Bytes of local files are counted by what was hashed; remote sources count what they fetched.
Cost costOf(const plan::Models& models, const std::vector<results::RangeRead>& ranges) {
  Cost cost = models.spent();
  for (const plan::Model* model : models.opened()) {
    if (model->source->remote()) continue;
    for (const models::Shard& shard : model->checkpoint.shards()) {
      cost.bytes += shard.header_bytes;
    }
  }
  for (const plan::Repository* repository : models.repositories()) {
    if (repository->source->remote()) continue;
    for (const results::RangeRead& range : ranges) {
      if (range.model == repository->key) cost.bytes += range.length;
    }
  }
  return cost;
}

}  // namespace

results::Results execute(const Recipe& recipe, const Plan& plan, const plan::Models& models,
                         const RunOptions& options) {
  const Clock::time_point began = Clock::now();
  const std::vector<std::string> before = identities(models);
  results::Results results;
  results.left_out = plan.left_out;
  results.skipped = plan.skipped;
  {
    const run::InterruptGuard guard(options.kept);
    run::Progress silent(false);
    run::Crew crew = options.crew;
    if (crew.progress == nullptr) crew.progress = &silent;
    run::Executor executor{*crew.progress, options.threads, crew};
    executor.noteMemory();
    Runner(plan, executor, results).run();
    results.complete = !run::interrupted();
    results.peak_memory_bytes = executor.peak_memory_bytes;
  }
  checkUnchanged(models, before);
  sortRanges(results.ranges);
  sortFiles(results.files);
  sortContents(results.contents);
  evidence::adjust(results.findings, stagesOf(plan), leftFindings(plan, results));
  for (const recipe::Expectation& expectation : recipe.expectations) {
    results.expectations.push_back(run::judge(expectation, results));
  }
  results.cost = costOf(models, results.ranges);
  results.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return results;
}

}  // namespace kindred::steps
