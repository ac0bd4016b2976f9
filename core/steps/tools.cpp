#include "steps/tools.hpp"

#include <algorithm>

#include "recipe/words.hpp"
#include "steps/addresses.hpp"
#include "steps/tool_maker.hpp"

namespace kindred::steps {
namespace {

// Reports a name that is not among the known ones of `whose`.
void checkKnown(const std::string& name, const std::vector<std::string>& known,
                const std::string& whose, const char* what, const recipe::Place& place,
                std::vector<recipe::Diagnostic>& diagnostics) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  diagnostics.push_back({place, whose + " has no " + what + " " + recipe::quote(name),
                         recipe::nearest(name, known, "it has none")});
}

// What is named in 'of' and 'expect' must be measured by the step, and declared by its metric or
// test. Nothing is said of a step whose own plugins were not found: that is why.
void checkFigure(const std::vector<ReadyStep>& steps, const recipe::FigureAddress& address,
                 const recipe::Place& place, std::vector<recipe::Diagnostic>& diagnostics) {
  if (address.step.empty()) return;  // reported where it was read
  const auto check = [&](const auto& ready) {
    if (ready.step->name != address.step || !ready.step->sound) return;
    const std::vector<std::string> measured = metricNames(*ready.step);
    if constexpr (requires { ready.tools.metrics; }) {
      if (ready.tools.metrics.size() != measured.size()) return;
      for (const Measure& metric : ready.tools.metrics) {
        if (metric.name != address.metric || address.figure.empty()) continue;
        checkKnown(address.figure, metric.figures, "metric " + recipe::quote(address.metric),
                   "figure", place, diagnostics);
      }
    } else if constexpr (requires { ready.tools.plugin; }) {
      const plugin::Plugin* test = ready.tools.plugin;
      if (test == nullptr) return;
      std::vector<std::string> known = findingColumns();
      for (const Entry& figure : test->figures) known.emplace_back(figure.name);
      checkKnown(address.metric, known, "test " + recipe::quote(test->name()), "figure", place,
                 diagnostics);
      return;
    }
    checkKnown(address.metric, measured, "step " + recipe::quote(address.step), "metric", place,
               diagnostics);
  };
  for (const ReadyStep& step : steps) std::visit(check, step);
}

}  // namespace

void ToolMaker::report(const recipe::Place& place, const Error& error) {
  const std::string where = error.place().empty() ? "" : error.place() + ": ";
  report(place, where + error.message(), error.remedy());
}

const plugin::Plugin* ToolMaker::find(const recipe::PluginUse& use) {
  if (!words::isName(use.plugin)) return nullptr;  // reported by the schema
  try {
    return &registry_.load(use.plugin);
  } catch (const Error& error) {
    report(use.place, error);
    return nullptr;
  }
}

std::string ToolMaker::misuse(const plugin::Plugin& plugin, kindred::Kind wanted,
                              const char* no_pairs) {
  if (wanted == kindred::Kind::survey)
    return "is a " + std::string(name(plugin.kind())) + ", not a survey";
  switch (plugin.kind()) {
    case kindred::Kind::pair_metric:
      return std::string("compares pairs, but ") + no_pairs;
    case kindred::Kind::set_metric:
      return "compares whole sets of tensors: the step needs 'pair: content'";
    case kindred::Kind::tensor_metric:
      return "describes one tensor: the step needs 'describe'";
    case kindred::Kind::source:
      return "is a source, not a metric";
    case kindred::Kind::format:
      return "is a format, not a metric";
    case kindred::Kind::survey:
      return "is a survey: the step needs 'survey'";
    default:
      return "is a test: the step needs 'test'";
  }
}

std::vector<ReadyStep> makeTools(const Recipe& recipe, plugin::Registry& registry,
                                 std::vector<recipe::Diagnostic>& diagnostics) {
  ToolMaker maker(registry, diagnostics);
  std::vector<ReadyStep> steps;
  for (const Step& step : recipe.steps) {
    maker.begin(step.sound);
    std::visit(
        [&]<class Asked>(const Asked& asked) {
          steps.emplace_back(Ready<Asked>{&step, &asked, makeTools(asked, maker)});
        },
        step.kind);
  }
  for (const Step& step : recipe.steps) {
    const auto* test = std::get_if<asked::TableTest>(&step.kind);
    if (test != nullptr) checkFigure(steps, test->address, test->of_place, diagnostics);
  }
  for (const recipe::Expectation& expectation : recipe.expectations) {
    checkFigure(steps, expectation.address, expectation.place, diagnostics);
  }
  return steps;
}

std::set<std::string> pluginNames(const Recipe& recipe, const std::vector<ReadyStep>& steps) {
  std::set<std::string> names;
  for (const recipe::SourceSpec& source : recipe.sources) names.insert(source.use.plugin);
  for (const Step& step : recipe.steps) {
    for (const recipe::PluginUse& use : pluginsOf(step)) names.insert(use.plugin);
  }
  for (const ReadyStep& step : steps) {
    const auto* test = std::get_if<Ready<asked::PairTest>>(&step);
    if (test != nullptr && wholeModelTest(test->tools) != nullptr) names.insert(kAlignerPlugin);
  }
  return names;
}

}  // namespace kindred::steps
