// A plan as text and as JSON.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "plan/plan.hpp"

namespace kindred::plan {
namespace {

double megabytes(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

// What a step keeps in memory at most, beside the program itself: read-ahead and windows.
std::uint64_t memoryOf(const PlannedStep& step) {
  if (!step.documents.empty()) return step.bytes;
  constexpr std::uint64_t kReadAhead = std::uint64_t{32} << 20;
  const auto remote = [](const Model* model) {
    return model != nullptr && model->source->remote();
  };
  const bool streams = !remote(step.model_a) && !remote(step.model_b) && step.bytes > kReadAhead;
  return streams ? std::uint64_t{4} << 20 : std::min(step.bytes, 2 * kReadAhead);
}

}  // namespace

std::string describe(const Plan& plan) {
  std::string text = fmt::format("{:<24} {:>8} {:>9} {:>12} {:>9} {:>11}\n", "step", "pairs",
                                 "left out", "MB to read", "requests", "MB in memory");
  Cost total;
  for (const PlannedStep& step : plan.steps) {
    std::size_t left_out = 0;
    for (const LeftOut& left : plan.left_out) left_out += left.step == step.step->name;
    text += fmt::format("{:<24} {:>8} {:>9} {:>12.3f} {:>9} {:>11.1f}\n", step.step->name,
                        step.pairs.size(), left_out, megabytes(step.bytes), step.requests,
                        megabytes(memoryOf(step)));
    total.requests += step.requests;
  }
  text += "\n";
  for (const auto& [model, bytes] : bytesByModel(plan)) {
    text += fmt::format("{}: {:.3f} MB, headers included\n", model, megabytes(bytes));
  }
  return text + fmt::format("requests: {} for weights, {} made already for headers\n",
                            total.requests, plan.headers.requests);
}

std::string toJson(const Plan& plan) {
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const PlannedStep& step : plan.steps) {
    steps.push_back({{"name", step.step->name},
                     {"pairs", step.pairs.size()},
                     {"bytes", step.bytes},
                     {"requests", step.requests},
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
