// Steps that measure the tensors of one model each by itself.
#pragma once

#include <span>
#include <vector>

#include <kindred/metric.hpp>

#include "recipe/schema.hpp"
#include "recipe/values.hpp"
#include "run/executor.hpp"
#include "steps/planned.hpp"
#include "steps/types.hpp"

namespace kindred::steps {

namespace asked {

struct Tensors {
  static constexpr const char* kWord = "describe";
  recipe::Selection selection;
  recipe::Sample sample;
  std::vector<recipe::PluginUse> metrics;

  struct Tools {
    std::vector<MetricOf<TensorMetric>> metrics;
  };
};

}  // namespace asked

struct DescribeTensors : StepBase {
  const Ready<asked::Tensors>* ready = nullptr;
  const plan::Model* model = nullptr;
  std::vector<plan::Selected> tensors;
};

asked::Tensors::Tools makeTools(const asked::Tensors& asked, ToolMaker& maker);
void planStep(const Ready<asked::Tensors>& ready, Planning& planning);
results::StepResult run(const DescribeTensors& step, run::Executor& executor);

struct DescribeSteps {
  using Asked = Types<asked::Tensors>;
  using Planned = Types<DescribeTensors>;
  static constexpr const char* kWords = "describe";
  static constexpr bool kNamesModels = true, kMeasures = false;
  static std::span<const recipe::Key> keys();
  static asked::Tensors read(StepReading& reading);
};

}  // namespace kindred::steps
