// A plan as text and as JSON.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "plan/plan.hpp"

namespace kindred::plan {
namespace {

double megabytes(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

// The largest matrix that a survey gets whole, as float.
std::uint64_t widestOf(const RunSurvey& step) {
  std::uint64_t elements = 0;
  for (const Surveyed& surveyed : step.surveyed) {
    for (const Selected& selected : surveyed.tensors) {
      const TensorInfo& info = selected.view.info;
      const std::uint64_t rows = info.shape.size() < 2 ? 1 : info.shape.front();
      const std::uint64_t most = step.tools->metrics.front().most_rows;
      const std::uint64_t held = most == 0 ? rows : std::min(rows, most);
      if (rows > 0) elements = std::max(elements, info.elements / rows * held);
    }
  }
  return elements * sizeof(float);
}

// What a step keeps in memory at most, beside the program itself: read-ahead and windows.
std::uint64_t memoryOf(const PlannedStep& step) {
  constexpr std::uint64_t kReadAhead = std::uint64_t{32} << 20;
  const std::uint64_t bytes = base(step).bytes;
  if (std::holds_alternative<CompareDocuments>(step)) return bytes;
  if (const auto* survey = std::get_if<RunSurvey>(&step)) {
    return std::min(bytes, kReadAhead) + widestOf(*survey);
  }
  const std::vector<const Model*> models = modelsOf(step);
  const bool local = std::none_of(models.begin(), models.end(),
                                  [](const Model* model) { return model->source->remote(); });
  return local && bytes > kReadAhead ? std::uint64_t{4} << 20 : std::min(bytes, 2 * kReadAhead);
}

std::size_t pairsOf(const PlannedStep& step) {
  if (const auto* compared = std::get_if<ComparePairs>(&step)) return compared->pairs.size();
  const auto* tested = std::get_if<TestRows>(&step);
  return tested == nullptr ? 0 : tested->pairs.size();
}

// What is known of surveys: they choose what they read when they run.
std::string surveysOf(const Plan& plan) {
  std::string bounded, sampled;
  for (const PlannedStep& step : plan.steps) {
    if (!std::holds_alternative<RunSurvey>(step)) continue;
    const StepBase& survey = base(step);
    std::string& list = survey.tools->metrics.front().most_rows == 0 ? bounded : sampled;
    list += (list.empty() ? "" : ", ") + survey.step->name;
  }
  std::string text;
  if (!bounded.empty()) text += "at most, since surveys choose what they read: " + bounded + "\n";
  if (!sampled.empty()) {
    text += "rows chosen when the survey runs: " + sampled +
            "; bytes are at most, requests as for rows spread evenly,\n"
            "each model's tokenizer.json comes on top\n";
  }
  return text;
}

}  // namespace

std::string describe(const Plan& plan) {
  std::string text = fmt::format("{:<24} {:>8} {:>9} {:>12} {:>9} {:>11}\n", "step", "pairs",
                                 "left out", "MB to read", "requests", "MB in memory");
  Cost total;
  for (const PlannedStep& step : plan.steps) {
    const auto& [of_recipe, tools, bytes, requests, work] = base(step);
    std::size_t left_out = 0;
    for (const LeftOut& left : plan.left_out) left_out += left.step == of_recipe->name;
    text +=
        fmt::format("{:<24} {:>8} {:>9} {:>12.3f} {:>9} {:>11.1f}\n", of_recipe->name,
                    pairsOf(step), left_out, megabytes(bytes), requests, megabytes(memoryOf(step)));
    total.requests += requests;
  }
  text += "\n";
  for (const auto& [model, bytes] : bytesByModel(plan)) {
    text += fmt::format("{}: {:.3f} MB, headers included\n", model, megabytes(bytes));
  }
  text += fmt::format("requests: {} for weights, {} made already for headers\n", total.requests,
                      plan.headers.requests);
  return text + surveysOf(plan);
}

std::string toJson(const Plan& plan) {
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const PlannedStep& step : plan.steps) {
    steps.push_back({{"name", base(step).step->name},
                     {"pairs", pairsOf(step)},
                     {"bytes", base(step).bytes},
                     {"requests", base(step).requests},
                     {"memory", memoryOf(step)}});
  }
  nlohmann::ordered_json models = nlohmann::ordered_json::object();
  for (const auto& [model, bytes] : bytesByModel(plan)) models[model] = bytes;
  const nlohmann::ordered_json document{{"steps", steps},
                                        {"bytes_by_model", models},
                                        {"requests_for_headers", plan.headers.requests}};
  return document.dump(2) + "\n";
}

}  // namespace kindred::plan
