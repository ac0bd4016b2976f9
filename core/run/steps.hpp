// The kinds of steps: each runs what was planned and returns what it came to.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "plan/plan.hpp"
#include "run/executor.hpp"
#include "run/results.hpp"

namespace kindred::run {

// Memory that one step may hold in read-ahead bytes; a step that reads no more than this is read
// whole before it starts.
inline constexpr std::uint64_t kHeldBytes = std::uint64_t{32} << 20;

// A metric must give as many figures as it declares.
void checkFigures(const plan::Metric& metric, std::size_t count);

// A row of observations.csv; names are escaped. `b` null: the figure is of one tensor.
Observation observation(const std::string& step, const plan::Metric& metric, std::size_t figure,
                        const TensorInfo& a, const TensorInfo* b, std::uint64_t elements,
                        double value);

// Pair metrics over a step's pairs, tensor metrics over its tensors: observations.
StepResult comparePairs(const plan::PlannedStep& step, Executor& executor);
StepResult describeTensors(const plan::PlannedStep& step, Executor& executor);
// A survey over all models that its step names: observations and tables.
StepResult runSurvey(const plan::PlannedStep& step, Executor& executor);
// Set metrics over the two sides of a step: observations and notes.
StepResult matchSets(const plan::PlannedStep& step, Executor& executor);
// Documents beside each other, or inventories: observations and tables.
StepResult compareDocuments(const plan::PlannedStep& step, Executor& executor);
// A test over a table of earlier observations, or over rows of matrices: findings.
StepResult runTest(const plan::PlannedStep& step, const StepResult& earlier, Executor& executor);
// Matrix tests over whole models; steps next to each other are taken together, so that what is
// computed of a model or a pair is computed once. Earlier findings say with them which pairs are
// related.
StepResult runMatrixTests(std::span<const plan::PlannedStep> steps, const plan::Plan& plan,
                          const StepResult& earlier, Executor& executor);

}  // namespace kindred::run
