#include "steps/runner.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>

#include <kindred/error.hpp>

#include "evidence/adjust.hpp"
#include "run/aggregate.hpp"
#include "run/interrupt.hpp"

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

// Tests of whole models next to each other are one group; any other step stands alone.
std::size_t endOfGroup(const std::vector<PlannedStep>& steps, std::size_t first) {
  const auto isTest = [](const PlannedStep& step) {
    return std::holds_alternative<TestModels>(step);
  };
  std::size_t end = first + 1;
  while (isTest(steps[first]) && end < steps.size() && isTest(steps[end])) ++end;
  return end;
}

results::StepResult runGroup(const Plan& plan, std::size_t first, std::size_t end,
                             const results::StepResult& earlier, run::Executor& executor) {
  const auto tests = [&](const TestModels&) {
    std::vector<const TestModels*> group;
    for (std::size_t i = first; i < end; ++i) {
      group.push_back(&std::get<TestModels>(plan.steps[i]));
    }
    return run(group, plan, earlier, executor);
  };
  const auto table = [&](const TestTable& step) { return run(step, earlier, executor); };
  const auto others = [&](const auto& step) { return run(step, executor); };
  return std::visit(ByKind{tests, table, others}, plan.steps[first]);
}

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
  {
    const run::InterruptGuard guard;
    std::uint64_t work = 0;
    for (const PlannedStep& step : plan.steps) work += base(step).work;
    run::Progress progress(work, options.progress);
    run::Executor executor{progress, options.threads};
    executor.noteMemory();
    for (std::size_t i = 0; i < plan.steps.size() && !run::interrupted();) {
      const std::size_t end = endOfGroup(plan.steps, i);
      results.add(runGroup(plan, i, end, results, executor));
      executor.noteMemory();
      for (; i < end; ++i) {
        const std::string& name = base(plan.steps[i]).step->name;
        const bool known = !results.finished.empty() && results.finished.back() == name;
        if (!run::interrupted() && !known) results.finished.push_back(name);
      }
    }
    results.complete = !run::interrupted();
    results.peak_memory_bytes = executor.peak_memory_bytes;
  }
  checkUnchanged(models, before);
  sortRanges(results.ranges);
  sortFiles(results.files);
  sortContents(results.contents);
  evidence::adjust(results.findings, stagesOf(plan));
  for (const recipe::Expectation& expectation : recipe.expectations) {
    results.expectations.push_back(run::judge(expectation, results));
  }
  results.cost = costOf(models, results.ranges);
  results.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return results;
}

}  // namespace kindred::steps
