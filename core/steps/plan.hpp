// What a recipe would read, worked out from headers alone.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plan/models.hpp"
#include "plan/reading.hpp"
#include "results/results.hpp"
#include "steps/step.hpp"

namespace kindred::steps {

struct Plan {
  std::vector<PlannedStep> steps;
  // What tests of whole models read; none of an unknown architecture.
  std::map<std::pair<const plan::Model*, plan::ReadLimit>, plan::WeightReading> readings;
  // Null where there is none.
  const plan::WeightReading* reading(const plan::Model& model, const plan::ReadLimit& limit) const;
  std::vector<plan::LeftOut> left_out;
  std::vector<results::Skipped> skipped;  // steps that need a model which could not be opened
  Cost headers;                           // already spent on catalogues
};

// Opens the models that steps use and pairs their tensors. Errors name the recipe's line.
Plan makePlan(const std::vector<ReadyStep>& steps, plan::Models& models);

inline const StepBase& base(const PlannedStep& step) {
  return std::visit([](const auto& kind) -> const StepBase& { return kind; }, step);
}

// How many stages of tests a plan may run; the last is that of the beacon, where one draws.
std::size_t stagesOf(const Plan& plan);

// What the plan reads of each model: every range once over all steps, and its headers.
std::map<std::string, std::uint64_t> bytesByModel(const Plan& plan);

// Bytes that steps take from the files of each model, as often as they do: tests of whole models
// share theirs, all other steps read for themselves. Headers are not counted.
std::map<std::string, std::uint64_t> passesByModel(const Plan& plan);

// What remote sources would fetch for it, documents and headers included: more than is read of the
// models where a source fetches small gaps rather than ask twice.
std::uint64_t fetchedBytes(const Plan& plan);

// What a run of it keeps at most, in bytes, beside the program itself: its largest step, and the
// models of other tests of whole ones, which stay prepared.
std::uint64_t memoryOf(const Plan& plan);

// For the terminal: pairs, bytes, requests and memory by step, and the total.
std::string describe(const Plan& plan);
std::string toJson(const Plan& plan);

}  // namespace kindred::steps
