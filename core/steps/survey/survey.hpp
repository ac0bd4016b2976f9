// Surveys: plugins that look at whole matrices of several models at once, and give figures and
// tables.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <kindred/survey.hpp>

#include "recipe/schema.hpp"
#include "recipe/values.hpp"
#include "run/executor.hpp"
#include "steps/planned.hpp"
#include "steps/types.hpp"

namespace kindred::steps {

// How many models a survey may see at once.
inline constexpr std::size_t kMostSurveyed = 16;

namespace asked {

struct Survey {
  static constexpr const char* kWord = "survey";
  recipe::Selection selection;
  recipe::PluginUse survey;

  struct Tools {
    std::vector<MetricOf<kindred::Survey>> metrics;  // the survey; none where it could not be made
    // A survey that declares the parameter `tokens` reads no more rows than that of a tensor; 0: it
    // may read all.
    std::uint64_t most_rows = 0;
  };
};

}  // namespace asked

// What a survey may look at of one model.
struct Surveyed {
  const plan::Model* model = nullptr;
  std::vector<plan::Selected> tensors;  // by layer, expert and name
};

struct RunSurvey : StepBase {
  const Ready<asked::Survey>* ready = nullptr;
  std::vector<Surveyed> surveyed;
};

asked::Survey::Tools makeTools(const asked::Survey& asked, ToolMaker& maker);
void planStep(const Ready<asked::Survey>& ready, Planning& planning);
// Read-ahead, and the largest matrix that the survey gets whole.
std::uint64_t memoryOf(const RunSurvey& step);
results::StepResult run(const RunSurvey& step, run::Executor& executor);

struct SurveySteps {
  using Asked = Types<asked::Survey>;
  using Planned = Types<RunSurvey>;
  static constexpr const char* kWords = "survey";
  static constexpr bool kNamesModels = false, kMeasures = true;
  static std::span<const recipe::Key> keys();
  static asked::Survey read(StepReading& reading);
};

}  // namespace kindred::steps
