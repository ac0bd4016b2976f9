// Steps that compare tensors of two models (or of one with itself): pairs of tensors by pair
// metrics, or whole sets by metrics that match tensors themselves.
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

struct Pairs {
  static constexpr const char* kWord = "compare";
  recipe::Selection selection;
  recipe::Meeting meeting;
  recipe::Sample sample;
  std::vector<recipe::PluginUse> metrics;

  struct Tools {
    std::vector<MetricOf<PairMetric>> metrics;
  };
};

// `pair: content`: the metrics match tensors themselves.
struct Sets {
  static constexpr const char* kWord = "compare";
  recipe::Selection selection;
  std::vector<recipe::PluginUse> metrics;

  struct Tools {
    std::vector<MetricOf<SetMetric>> metrics;
  };
};

}  // namespace asked

struct ComparePairs : TwoSides {
  const Ready<asked::Pairs>* ready = nullptr;
  std::vector<plan::PairIndex> pairs;
};

struct MatchSets : TwoSides {
  const Ready<asked::Sets>* ready = nullptr;
  std::vector<models::View> read_a, read_b;  // of each selected tensor what is read: all of it
};

asked::Pairs::Tools makeTools(const asked::Pairs& asked, ToolMaker& maker);
asked::Sets::Tools makeTools(const asked::Sets& asked, ToolMaker& maker);
// A pairing under which nothing meets is an Error at the step.
void planStep(const Ready<asked::Pairs>& ready, Planning& planning);
void planStep(const Ready<asked::Sets>& ready, Planning& planning);
// Observations; of sets notes as well.
results::StepResult run(const ComparePairs& step, run::Executor& executor);
results::StepResult run(const MatchSets& step, run::Executor& executor);

struct CompareSteps {
  using Asked = Types<asked::Pairs, asked::Sets>;
  using Planned = Types<ComparePairs, MatchSets>;
  static constexpr const char* kWords = "compare";
  static constexpr bool kNamesModels = true, kMeasures = false;
  static std::span<const recipe::Key> keys();
  static std::variant<asked::Pairs, asked::Sets> read(StepReading& reading);
};

}  // namespace kindred::steps
