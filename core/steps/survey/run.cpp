// Surveys: plugins that look at whole matrices of several models at once.
#include <memory>
#include <mutex>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "plugin/guard.hpp"
#include "run/interrupt.hpp"
#include "steps/observation.hpp"
#include "steps/step.hpp"
#include "steps/survey/surveyed_model.hpp"
#include "words/names.hpp"

namespace kindred::steps {
namespace {

class Surveyor {
 public:
  Surveyor(const RunSurvey& step, run::Executor& executor)
      : step_(step), executor_(executor), metric_(step.ready->tools.metrics.front()) {
    for (const Surveyed& surveyed : step.surveyed) {
      models_.push_back(std::make_unique<ReadingModel>(*step.step, surveyed, executor, mutex_));
    }
  }

  results::StepResult run() {
    const std::vector<const SurveyedModel*> views = viewsOf();
    SurveyReport report;
    try {
      report = plugin::guard(plugin(), [&] { return metric_.object->run(views); });
    } catch (const Error& error) {
      keepRanges();
      if (run::interrupted()) return std::move(result_);
      placed(error);
    }
    keepRanges();
    for (const SurveyValue& value : report.values) record(value);
    for (TextTable& table : report.tables) record(std::move(table));
    return std::move(result_);
  }

 private:
  std::string plugin() const { return metric_.plugin->name(); }

  std::vector<const SurveyedModel*> viewsOf() const {
    std::vector<const SurveyedModel*> views;
    for (const auto& model : models_) views.push_back(model.get());
    return views;
  }

  void keepRanges() {
    for (const auto& model : models_) {
      const std::vector<results::RangeRead> ranges = model->takeRanges();
      result_.ranges.insert(result_.ranges.end(), ranges.begin(), ranges.end());
    }
    executor_.noteMemory();
  }

  // The survey knows what is wrong with its input, the recipe where it was asked for.
  [[noreturn]] void placed(const Error& error) const {
    const std::string own = "plugin '" + plugin() + "'";
    if (error.category() != Category::input || error.place() != own) throw error;
    throw inputError(recipe::text(step_.step->place),
                     fmt::format("survey '{}': {}", plugin(), error.message()), error.remedy());
  }

  [[noreturn]] void fault(const std::string& what) const {
    throw Error(Category::plugin, "plugin '" + plugin() + "'", what,
                "a fault in the plugin: tell its author");
  }

  // Of the model as a whole: its key alone.
  TensorInfo infoOf(std::size_t model, std::size_t tensor) const {
    if (model >= models_.size()) fault("names a model that the step does not");
    const auto& tensors = step_.surveyed[model].tensors;
    if (tensor == kNoTensor) {
      TensorInfo info;
      info.model = models_[model]->key();
      return info;
    }
    if (tensor >= tensors.size()) fault("names a tensor that the step does not select");
    return tensors[tensor].view.info;
  }

  void record(const SurveyValue& value) {
    if (value.figure >= metric_.figures.size()) fault("gives a figure that it does not declare");
    const TensorInfo a = infoOf(value.model_a, value.tensor_a);
    TensorInfo b;
    if (value.model_b != kNoTensor) b = infoOf(value.model_b, value.tensor_b);
    result_.observations.push_back(observation(step_.step->name, metric_, value.figure, a,
                                               value.model_b == kNoTensor ? nullptr : &b,
                                               value.elements, value.value));
  }

  void record(TextTable table) {
    for (auto& row : table.rows) {
      if (row.size() != table.columns.size()) fault("gives a table whose rows differ in length");
      for (std::string& cell : row) cell = words::escaped(cell);
    }
    result_.tables.push_back({step_.step->name, step_.step->models, std::move(table)});
  }

  const RunSurvey& step_;
  run::Executor& executor_;
  results::StepResult result_;
  const MetricOf<kindred::Survey>& metric_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<ReadingModel>> models_;
};

}  // namespace

results::StepResult run(const RunSurvey& step, run::Executor& executor) {
  std::size_t tensors = 0;
  for (const Surveyed& surveyed : step.surveyed) tensors += surveyed.tensors.size();
  executor.progress.stage("tensors", tensors, step.work);
  return Surveyor(step, executor).run();
}

}  // namespace kindred::steps
