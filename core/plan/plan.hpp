// What a recipe would read, worked out from headers alone.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plan/models.hpp"
#include "plan/reading.hpp"
#include "plan/step.hpp"

namespace kindred::plan {

struct Plan {
  std::vector<PlannedStep> steps;
  // What tests of whole models read, by model and budget; none of an unknown architecture.
  std::map<std::pair<const Model*, std::uint64_t>, WeightReading> readings;
  // Null where there is none.
  const WeightReading* reading(const Model& model, std::uint64_t budget) const;
  std::vector<LeftOut> left_out;
  Cost headers;  // already spent on catalogues
};

// Opens the models that steps use and pairs their tensors. Errors name the recipe's line.
Plan makePlan(const recipe::Recipe& recipe, const std::vector<StepTools>& tools, Models& models);

using models::ByteRange;

// The bytes of one run of elements: packed dtypes are rounded out to whole bytes. Of numbers that a
// codec makes: where they lie among these.
ByteRange bytesOf(const models::View& view, const Run& run);
// From the first element of row `first` to the last of `count` rows: all of them, and what lies
// between them where the view is no run.
ByteRange bytesOfRows(const models::View& view, std::uint64_t first, std::uint64_t count);

// What is read of real files for a range: itself, or what a codec takes.
std::vector<ByteRange> stored(const ByteRange& range);
std::uint64_t storedBytes(const ByteRange& range);

// All ranges that a step reads of one model's files, sorted, each once.
struct ModelRanges {
  const Model* model;
  std::vector<ByteRange> ranges;
};
// Of a survey an upper bound: it reads what it asks for when it runs. Where it is known to ask for
// so many rows at most, these stand for them, spread evenly.
std::vector<ModelRanges> rangesOf(const PlannedStep& step);

// Whose headers a step needs, in its order.
std::vector<const Model*> modelsOf(const PlannedStep& step);

// What the plan reads of each model: every range once over all steps, and its headers.
std::map<std::string, std::uint64_t> bytesByModel(const Plan& plan);

// For the terminal: pairs, bytes, requests and memory by step, and the total.
std::string describe(const Plan& plan);
std::string toJson(const Plan& plan);

}  // namespace kindred::plan
