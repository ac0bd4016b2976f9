#include "plan/tools.hpp"

#include <algorithm>
#include <cstdlib>

#include <kindred/declaration.hpp>
#include <kindred/error.hpp>

#include "documents/standard_licence.hpp"
#include "plugin/bind.hpp"

namespace kindred::plan {
namespace {

using recipe::Diagnostic;
using recipe::Verb;

// What a step of this verb can use.
Kind wantedKind(const recipe::Step& step) {
  if (step.verb == Verb::describe) return Kind::tensor_metric;
  if (step.verb == Verb::survey) return Kind::survey;
  return step.pairing == recipe::Pairing::content ? Kind::set_metric : Kind::pair_metric;
}

std::string misuse(const plugin::Plugin& plugin, const recipe::Step& step) {
  if (step.verb == Verb::survey) {
    return "is a " + std::string(name(plugin.kind())) + ", not a survey";
  }
  switch (plugin.kind()) {
    case Kind::pair_metric:
      return step.verb == Verb::describe ? "compares pairs, but 'describe' looks at one tensor"
                                         : "compares pairs, but 'pair: content' makes none";
    case Kind::set_metric:
      return "compares whole sets of tensors: the step needs 'pair: content'";
    case Kind::tensor_metric:
      return "describes one tensor: the step needs 'describe'";
    case Kind::source:
      return "is a source, not a metric";
    case Kind::survey:
      return "is a survey: the step needs 'survey'";
    default:
      return "is a test: the step needs 'test'";
  }
}

class ToolMaker {
 public:
  ToolMaker(plugin::Registry& registry, std::vector<Diagnostic>& diagnostics)
      : registry_(registry), diagnostics_(diagnostics) {}

  StepTools make(const recipe::Step& step) {
    StepTools tools;
    for (const recipe::PluginUse& use : step.metrics) {
      if (const plugin::Plugin* plugin = find(use)) addMetric(step, use, *plugin, tools);
    }
    if (step.verb == Verb::test) {
      const plugin::Plugin* plugin = find(step.test);
      if (plugin != nullptr) addTest(step, *plugin, tools);
    }
    if (step.verb == Verb::licence) addStandard(step, tools);
    return tools;
  }

 private:
  const plugin::Plugin* find(const recipe::PluginUse& use) {
    try {
      return &registry_.load(use.plugin);
    } catch (const Error& error) {
      report(use.place, error);
      return nullptr;
    }
  }

  void report(const recipe::Place& place, const Error& error) {
    const std::string where = error.place().empty() ? "" : error.place() + ": ";
    diagnostics_.push_back({place, where + error.message(), error.remedy()});
  }

  template <class Object>
  std::unique_ptr<Object> made(const recipe::PluginUse& use, const plugin::Plugin& plugin,
                               std::unique_ptr<Object> (plugin::Plugin::*maker)(const Parameters&)
                                   const) {
    const std::size_t before = diagnostics_.size();
    const Parameters parameters = bind(use, plugin, diagnostics_);
    if (diagnostics_.size() != before) return nullptr;
    try {
      return (plugin.*maker)(parameters);
    } catch (const Error& error) {
      report(use.place, error);
      return nullptr;
    }
  }

  void addStandard(const recipe::Step& step, StepTools& tools) {
    try {
      tools.standard = documents::standardLicence(step.against);
    } catch (const Error& error) {
      report(step.against_place, error);
    }
  }

  void addTest(const recipe::Step& step, const plugin::Plugin& plugin, StepTools& tools) {
    tools.test_plugin = &plugin;
    if (plugin.kind() != Kind::matrix_test) {
      tools.test = made(step.test, plugin, &plugin::Plugin::makeTest);
      return;
    }
    if (!step.of.empty()) {
      diagnostics_.push_back({step.of_place,
                              "test '" + plugin.name() + "' works on models, not on a table",
                              "name two models with 'compare'"});
    }
    recipe::PluginUse use = step.test;
    const auto seed = std::find_if(use.parameters.begin(), use.parameters.end(),
                                   [](const auto& given) { return given.name == "seed"; });
    if (seed != use.parameters.end()) tools.seed = std::strtoull(seed->value.c_str(), nullptr, 10);
    tools.matrix_test = made(use, plugin, &plugin::Plugin::makeMatrixTest);
    recipe::PluginUse aligner;
    aligner.plugin = "aligner";
    aligner.place = step.test.place;
    if (const plugin::Plugin* found = find(aligner)) {
      tools.aligner = made(aligner, *found, &plugin::Plugin::makeAligner);
      tools.aligner_plugin = found;
    }
  }

  void addMetric(const recipe::Step& step, const recipe::PluginUse& use,
                 const plugin::Plugin& plugin, StepTools& tools) {
    if (plugin.kind() != wantedKind(step)) {
      diagnostics_.push_back(
          {use.place, "plugin '" + plugin.name() + "' " + misuse(plugin, step), ""});
      return;
    }
    Metric metric;
    metric.name = use.as.empty() ? use.plugin : use.as;
    metric.plugin = &plugin;
    for (const Entry& figure : plugin.figures) metric.figures.emplace_back(figure.name);
    if (plugin.kind() == Kind::pair_metric) {
      metric.pair = made(use, plugin, &plugin::Plugin::makePairMetric);
    } else if (plugin.kind() == Kind::tensor_metric) {
      metric.tensor = made(use, plugin, &plugin::Plugin::makeTensorMetric);
    } else if (plugin.kind() == Kind::survey) {
      metric.survey = made(use, plugin, &plugin::Plugin::makeSurvey);
      metric.most_rows = mostRows(use, plugin);
    } else {
      metric.set = made(use, plugin, &plugin::Plugin::makeSetMetric);
    }
    tools.metrics.push_back(std::move(metric));
  }

  static std::uint64_t mostRows(const recipe::PluginUse& use, const plugin::Plugin& plugin) {
    std::vector<Diagnostic> told_already;
    const Parameters parameters = bind(use, plugin, told_already);
    const auto found = parameters.values().find("tokens");
    if (found == parameters.values().end()) return 0;
    const auto* tokens = std::get_if<std::int64_t>(&found->second);
    return tokens != nullptr && *tokens > 0 ? static_cast<std::uint64_t>(*tokens) : 0;
  }

  plugin::Registry& registry_;
  std::vector<Diagnostic>& diagnostics_;
};

// Reports a figure that is not among the known ones of `whose`.
void checkKnown(const std::string& figure, const std::vector<std::string>& known,
                const std::string& whose, const recipe::Place& place,
                std::vector<Diagnostic>& diagnostics) {
  if (std::find(known.begin(), known.end(), figure) != known.end()) return;
  const std::string near = recipe::didYouMean(figure, known);
  std::string all;
  for (const std::string& one : known) all += (all.empty() ? "" : ", ") + one;
  diagnostics.push_back({place, whose + " has no figure '" + figure + "'",
                         near.empty() ? "its figures: " + all : "did you mean '" + near + "'?"});
}

// Figures named in 'of' and 'expect' must be declared by the metric or test.
void checkFigure(const recipe::Recipe& recipe, const std::vector<StepTools>& tools,
                 const recipe::FigureAddress& address, const recipe::Place& place,
                 std::vector<Diagnostic>& diagnostics) {
  for (std::size_t i = 0; i < recipe.steps.size(); ++i) {
    if (recipe.steps[i].name != address.step) continue;
    if (const plugin::Plugin* test = tools[i].test_plugin) {
      std::vector<std::string> known = recipe::findingColumns();
      for (const Entry& figure : test->figures) known.emplace_back(figure.name);
      checkKnown(address.metric, known, "test '" + test->name() + "'", place, diagnostics);
    }
    for (const Metric& metric : tools[i].metrics) {
      if (metric.name != address.metric || address.figure.empty()) continue;
      checkKnown(address.figure, metric.figures, "metric '" + address.metric + "'", place,
                 diagnostics);
    }
  }
}

}  // namespace

Parameters bind(const recipe::PluginUse& use, const plugin::Plugin& plugin,
                std::vector<Diagnostic>& diagnostics) {
  std::vector<plugin::Given> given;
  for (const recipe::RawParameter& raw : use.parameters) {
    given.push_back({raw.name, raw.value, raw.is_scalar});
  }
  plugin::Bound bound = plugin::bindParameters(plugin, given);
  for (const plugin::Misfit& misfit : bound.misfits) {
    recipe::Place place = use.place;
    if (misfit.where == plugin::Misfit::Where::name) {
      place = use.parameters[misfit.index].name_place;
    } else if (misfit.where == plugin::Misfit::Where::value) {
      place = use.parameters[misfit.index].value_place;
    }
    diagnostics.push_back({place, misfit.message, misfit.hint});
  }
  return std::move(bound.parameters);
}

std::vector<StepTools> makeTools(const recipe::Recipe& recipe, plugin::Registry& registry,
                                 std::vector<Diagnostic>& diagnostics) {
  ToolMaker maker(registry, diagnostics);
  std::vector<StepTools> tools;
  for (const recipe::Step& step : recipe.steps) tools.push_back(maker.make(step));
  for (const recipe::Step& step : recipe.steps) {
    if (!step.of.empty()) {
      checkFigure(recipe, tools, step.of_address, step.of_place, diagnostics);
    }
  }
  for (const recipe::Expectation& expectation : recipe.expectations) {
    checkFigure(recipe, tools, expectation.address, expectation.place, diagnostics);
  }
  return tools;
}

}  // namespace kindred::plan
