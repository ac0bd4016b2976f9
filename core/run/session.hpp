// What the parts of one run share.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "plan/plan.hpp"
#include "run/progress.hpp"
#include "run/results.hpp"

namespace kindred::run {

struct Session {
  Results& results;
  Progress& progress;
  unsigned threads = 1;
  // What was found of each tensor that was read whole, by model and place: judging its values takes
  // longer than reading it, and a model takes part in many pairs.
  std::map<std::pair<std::string, std::string>, TensorContent> contents = {};

  // Keeps the peak of private memory.
  void noteMemory();
};

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
void comparePairs(const plan::PlannedStep& step, Session& session);
void describeTensors(const plan::PlannedStep& step, Session& session);
// A survey over all models that its step names: observations and tables.
void runSurvey(const plan::PlannedStep& step, Session& session);
// Set metrics over the two sides of a step: observations and notes.
void matchSets(const plan::PlannedStep& step, Session& session);
// Documents beside each other, or inventories: observations and tables.
void compareDocuments(const plan::PlannedStep& step, Session& session);
// A test over a table of observations, or over rows of matrices: findings.
void runTest(const plan::PlannedStep& step, Session& session);
// Matrix tests over whole models; steps next to each other are taken together, so that what is
// computed of a model or a pair is computed once.
void runMatrixTests(std::span<const plan::PlannedStep> steps, const plan::Plan& plan,
                    Session& session);

}  // namespace kindred::run
