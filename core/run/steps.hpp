// The kinds of steps: each runs what was planned and returns what it came to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "results/results.hpp"
#include "run/executor.hpp"

namespace kindred::run {

// Memory that one step may hold in read-ahead bytes; a step that reads no more than this is read
// whole before it starts.
inline constexpr std::uint64_t kHeldBytes = std::uint64_t{32} << 20;

// A metric must give as many figures as it declares.
void checkFigures(const plan::Metric& metric, std::size_t count);

// A row of observations.csv; names are escaped. `b` null: the figure is of one tensor.
results::Observation observation(const std::string& step, const plan::Metric& metric,
                                 std::size_t figure, const TensorInfo& a, const TensorInfo* b,
                                 std::uint64_t elements, double value);

// Pair metrics over a step's pairs, tensor metrics over its tensors: observations.
results::StepResult run(const plan::ComparePairs& step, Executor& executor);
results::StepResult run(const plan::DescribeTensors& step, Executor& executor);
// A survey over all models that its step names: observations and tables.
results::StepResult run(const plan::RunSurvey& step, Executor& executor);
// Set metrics over the two sides of a step: observations and notes.
results::StepResult run(const plan::MatchSets& step, Executor& executor);
// Documents beside each other, or inventories: observations and tables.
results::StepResult run(const plan::CompareDocuments& step, Executor& executor);
results::StepResult run(const plan::TakeInventory& step, Executor& executor);
// A test over a table of earlier observations, over rows of matrices, or over rows of matrices that
// their contents pair: findings.
results::StepResult run(const plan::TestTable& step, const results::StepResult& earlier,
                        Executor& executor);
results::StepResult run(const plan::TestRows& step, Executor& executor);
results::StepResult run(const plan::TestContents& step, Executor& executor);
// Tests of whole models, together, so that what is computed of a model or a pair is computed once.
// Earlier findings say with them which pairs are related.
results::StepResult run(const std::vector<const plan::TestModels*>& steps, const plan::Plan& plan,
                        const results::StepResult& earlier, Executor& executor);

}  // namespace kindred::run
