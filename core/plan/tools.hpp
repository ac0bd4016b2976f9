// The metrics and tests of each step, made from their plugins with checked parameters.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <kindred/matrix_test.hpp>
#include <kindred/metric.hpp>
#include <kindred/survey.hpp>
#include <kindred/test.hpp>

#include "documents/document.hpp"
#include "plugin/registry.hpp"
#include "recipe/recipe.hpp"

namespace kindred::plan {

struct Metric {
  std::string name;  // in results
  const plugin::Plugin* plugin = nullptr;
  std::vector<std::string> figures;  // in order
  // One of these, by the plugin's kind.
  std::unique_ptr<PairMetric> pair;
  std::unique_ptr<TensorMetric> tensor;
  std::unique_ptr<SetMetric> set;
  std::unique_ptr<Survey> survey;
  // A survey that declares the parameter `tokens` reads no more rows than that of a tensor; 0: it
  // may read all.
  std::uint64_t most_rows = 0;
};

struct StepTools {
  std::vector<Metric> metrics;
  const plugin::Plugin* test_plugin = nullptr;
  std::unique_ptr<Test> test;               // on a table or on rows
  std::unique_ptr<MatrixTest> matrix_test;  // or on whole models, which
  std::unique_ptr<Aligner> aligner;         // this aligns, of
  const plugin::Plugin* aligner_plugin = nullptr;
  std::uint64_t seed = 0;
  documents::Document standard;  // licence: the text it is held against
};

// One entry a step, in order. What does not fit (unknown parameters, a metric of the wrong kind for
// its step, a figure that the metric does not declare) is added to `diagnostics`.
std::vector<StepTools> makeTools(const recipe::Recipe& recipe, plugin::Registry& registry,
                                 std::vector<recipe::Diagnostic>& diagnostics);

// A plugin's parameters from the recipe, complete with defaults. Misfits become diagnostics.
Parameters bind(const recipe::PluginUse& use, const plugin::Plugin& plugin,
                std::vector<recipe::Diagnostic>& diagnostics);

}  // namespace kindred::plan
