// Makes metrics and tests from their plugins; what does not fit becomes a diagnostic at its place
// in the recipe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <kindred/declaration.hpp>
#include <kindred/error.hpp>

#include "plan/parameters.hpp"
#include "plugin/registry.hpp"
#include "recipe/values.hpp"
#include "steps/ready.hpp"

namespace kindred::steps {

class ToolMaker {
 public:
  ToolMaker(plugin::Registry& registry, std::vector<recipe::Diagnostic>& diagnostics)
      : registry_(registry), diagnostics_(diagnostics) {}

  // The tools that follow are of a step whose kind is sure, or may be another than was meant.
  void begin(bool sure) { sure_ = sure; }

  void report(const recipe::Place& place, std::string message, std::string hint = {}) {
    diagnostics_.push_back({place, std::move(message), std::move(hint)});
  }
  void report(const recipe::Place& place, const Error& error);

  // Null where there is none, which is reported.
  const plugin::Plugin* find(const recipe::PluginUse& use);

  template <class Object>
  using Maker = std::unique_ptr<Object> (plugin::Plugin::*)(const Parameters&) const;
  // Null where its parameters don't fit.
  template <class Object>
  std::unique_ptr<Object> make(const recipe::PluginUse& use, const plugin::Plugin& plugin,
                               Maker<Object> maker) {
    const std::size_t before = diagnostics_.size();
    const Parameters parameters = plan::bind(use, plugin, diagnostics_);
    if (diagnostics_.size() != before) return nullptr;
    try {
      return (plugin.*maker)(parameters);
    } catch (const Error& error) {
      report(use.place, error);
      return nullptr;
    }
  }

  // `no_pairs`: why a metric of pairs is none for this step.
  template <class Object>
  std::vector<MetricOf<Object>> metrics(const std::vector<recipe::PluginUse>& uses,
                                        kindred::Kind wanted, Maker<Object> maker,
                                        const char* no_pairs) {
    std::vector<MetricOf<Object>> list;
    for (const recipe::PluginUse& use : uses) {
      const plugin::Plugin* plugin = find(use);
      if (plugin == nullptr) continue;
      if (plugin->kind() != wanted) {
        if (sure_) {
          report(use.place, "plugin '" + plugin->name() + "' " + misuse(*plugin, wanted, no_pairs));
        }
        plan::bind(use, *plugin, diagnostics_);
        continue;
      }
      MetricOf<Object> metric;
      metric.name = use.as.empty() ? use.plugin : use.as;
      metric.plugin = plugin;
      for (const Entry& figure : plugin->figures) metric.figures.emplace_back(figure.name);
      metric.object = make(use, *plugin, maker);
      list.push_back(std::move(metric));
    }
    return list;
  }

 private:
  static std::string misuse(const plugin::Plugin& plugin, kindred::Kind wanted,
                            const char* no_pairs);

  plugin::Registry& registry_;
  std::vector<recipe::Diagnostic>& diagnostics_;
  bool sure_ = true;
};

}  // namespace kindred::steps
