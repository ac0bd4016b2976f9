#include "steps/reading.hpp"

namespace kindred::steps {
namespace {

constexpr recipe::Shape kCompare{.says = "a model's name or a list of two (for a survey up to 16)",
                                 .scalar = recipe::ScalarType::text,
                                 .items = &recipe::kModelKey,
                                 .most_items = kMostSurveyed};
constexpr recipe::Key kCompareKeys[] = {
    {.name = "compare",
     .shape = &kCompare,
     .example = "[solar, glm]",
     .meaning = "two models whose tensors are paired; with `pair: within` one; with `survey` up to "
                "16, each with the tensors selected",
     .excludes = "describe"},
};

// How many models the pairing takes, and whether they may be one and the same.
void checkModels(const recipe::Meeting& meeting, StepReading& reading) {
  const yaml::Node* compare = reading.node.find("compare");
  const std::vector<std::string>& models = reading.step.models;
  if (compare == nullptr || models.empty()) return;
  const bool within = meeting.by == recipe::Pairing::within;
  if (models.size() != (within ? 1u : 2u)) {
    const std::string count =
        models.size() < 3 ? (within ? "two" : "one") : std::to_string(models.size());
    reading.report(compare->place,
                   within ? "'pair: within' compares one model with itself, but got " + count
                          : "expected two models, but got " + count,
                   within ? "leave one out, or choose another pairing"
                          : "a list [A, B]; within one model: pair: within");
  } else if (!within && models[0] == models[1] &&
             (meeting.by == recipe::Pairing::same_name ||
              meeting.by == recipe::Pairing::same_layer)) {
    reading.report(compare->place,
                   "this compares every tensor of " + recipe::quote(models[0]) + " with itself",
                   "name two models, or choose pair: within, all-layers or {layers: ...}");
  }
}

}  // namespace

std::span<const recipe::Key> CompareSteps::keys() { return kCompareKeys; }

Met readMet(StepReading& reading) {
  reading.readModels("compare");
  Met met{recipe::readSelect(reading.node.find("select"), reading),
          recipe::readMeeting(reading.node.find("pair")),
          recipe::readSample(reading.node.find("sample"))};
  if (met.sample.kind != recipe::Sample::Kind::all && met.meeting.by == recipe::Pairing::content) {
    reading.report(reading.node.find("sample")->place,
                   "'pair: content' compares whole tensors, not a sample", "leave 'sample' out");
  }
  checkModels(met.meeting, reading);
  return met;
}

std::variant<asked::Pairs, asked::Sets> CompareSteps::read(StepReading& reading) {
  Met met = readMet(reading);
  std::vector<recipe::PluginUse> metrics =
      recipe::readMetrics(reading.node.find("metrics"), reading);
  if (met.meeting.by == recipe::Pairing::content) {
    return asked::Sets{std::move(met.selection), std::move(metrics)};
  }
  return asked::Pairs{std::move(met.selection), std::move(met.meeting), met.sample,
                      std::move(metrics)};
}

}  // namespace kindred::steps
