// A plan as text and as JSON.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "steps/plan.hpp"
#include "words/quantities.hpp"

namespace kindred::steps {
namespace {

// What is known of surveys: they choose what they read when they run.
std::string surveysOf(const Plan& plan) {
  std::string bounded, sampled;
  for (const PlannedStep& step : plan.steps) {
    const auto* survey = std::get_if<RunSurvey>(&step);
    if (survey == nullptr) continue;
    std::string& list = survey->ready->tools.most_rows == 0 ? bounded : sampled;
    list += (list.empty() ? "" : ", ") + survey->step->name;
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
  std::string text = fmt::format("{:<24} {:>8} {:>9} {:>10} {:>9} {:>10}\n", "step", "pairs",
                                 "left out", "to read", "requests", "in memory");
  Cost total;
  for (const PlannedStep& planned : plan.steps) {
    const StepBase& step = base(planned);
    const std::string& name = step.step->name;
    const auto left_out =
        std::count_if(plan.left_out.begin(), plan.left_out.end(),
                      [&](const plan::LeftOut& left) { return left.step == name; });
    text += fmt::format("{:<24} {:>8} {:>9} {:>10} {:>9} {:>10}\n", name, step.pair_count, left_out,
                        words::byteCount(step.bytes), step.requests, words::byteCount(step.memory));
    total.requests += step.requests;
  }
  for (const results::Skipped& skipped : plan.skipped) {
    text += fmt::format("{:<24} not run: {}\n", skipped.step, skipped.reason);
  }
  text += "\n";
  for (const auto& [model, bytes] : bytesByModel(plan)) {
    text += fmt::format("{}: {}, headers included\n", model, words::byteCount(bytes));
  }
  text += fmt::format("requests: {} for weights, {} made already for headers\n", total.requests,
                      plan.headers.requests);
  if (const std::uint64_t fetched = fetchedBytes(plan); fetched > plan.headers.bytes) {
    text += fmt::format(
        "to fetch: about {} in all, with headers and what lies in small gaps between ranges\n",
        words::byteCount(fetched));
  }
  return text + surveysOf(plan);
}

std::string toJson(const Plan& plan) {
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const PlannedStep& planned : plan.steps) {
    const StepBase& step = base(planned);
    steps.push_back({{"name", step.step->name},
                     {"pairs", step.pair_count},
                     {"bytes", step.bytes},
                     {"requests", step.requests},
                     {"memory", step.memory}});
  }
  nlohmann::ordered_json skipped = nlohmann::ordered_json::array();
  for (const results::Skipped& step : plan.skipped) {
    skipped.push_back({{"name", step.step}, {"reason", step.reason}});
  }
  nlohmann::ordered_json models = nlohmann::ordered_json::object();
  for (const auto& [model, bytes] : bytesByModel(plan)) models[model] = bytes;
  const nlohmann::ordered_json document{{"steps", steps},
                                        {"not_run", skipped},
                                        {"bytes_by_model", models},
                                        {"bytes_to_fetch", fetchedBytes(plan)},
                                        {"requests_for_headers", plan.headers.requests}};
  return document.dump(2) + "\n";
}

}  // namespace kindred::steps
