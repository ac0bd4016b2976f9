#include "cli/open_model.hpp"

#include <algorithm>

#include <kindred/error.hpp>

#include "cli/open_models.hpp"
#include "cli/workspace.hpp"
#include "models/told_by_names.hpp"
#include "plugin/bind.hpp"
#include "plugin/guard.hpp"
#include "plugin/installation.hpp"
#include "reading/adapted.hpp"
#include "reading/open.hpp"

namespace kindred::cli {
namespace {

std::unique_ptr<Source> makeSource(const Invocation& invocation, const ModelArgument& model,
                                   plugin::Registry& registry) {
  const plugin::Plugin& plugin = registry.load(model.plugin);
  std::vector<plugin::Given> given;
  if (!model.root.empty()) given.push_back({"root", model.root});
  if (model.layout != addresses::Layout::hub) {
    given.push_back({"layout", std::string(addresses::name(model.layout))});
  }
  if (!model.endpoint.empty()) given.push_back({"endpoint", model.endpoint});
  for (const auto& [name, value] : sourceOverrides(invocation)) {
    const bool known =
        std::any_of(plugin.parameters.begin(), plugin.parameters.end(),
                    [&name = name](const Entry& entry) { return entry.name == name; });
    if (known) given.push_back({name, value});
  }
  const plugin::Bound bound = plugin::bindParameters(plugin, given);
  if (!bound.misfits.empty()) {
    throw inputError("", bound.misfits.front().message, bound.misfits.front().hint);
  }
  return plugin.makeSource(bound.parameters);
}

}  // namespace

OpenModel::OpenModel(const Invocation& invocation, const std::string& argument)
    : registry_(plugin::pluginFolders(invocation.values("plugin-path"))),
      architectures_(models::architectureFolder(invocation.executable)) {
  const ModelArgument model = modelArgument(argument);
  checkSources({model}, registry_);
  const formats::Formats formats(registry_);
  checkpoint_ = open(invocation, model, formats);
  for (const ModelArgument& adapter : model.adapter) {
    checkpoint_ = reading::adapted(std::move(checkpoint_), open(invocation, adapter, formats));
  }
  models::stateByNames(checkpoint_, architectures_);
  architecture_ = architectures_.recognise(checkpoint_);
  components_ = models::componentsOf(checkpoint_, architecture_, architectures_);
}

models::Checkpoint OpenModel::open(const Invocation& invocation, const ModelArgument& model,
                                   const formats::Formats& formats) {
  Opened& opened = opened_.emplace_back();
  opened.source = makeSource(invocation, model, registry_);
  models::Checkpoint checkpoint;
  plugin::guard(model.plugin, [&] {
    opened.location = opened.source->open(model.address);
    checkpoint = reading::openCheckpoint(model.key, *opened.source, *opened.location, formats);
  });
  return checkpoint;
}

}  // namespace kindred::cli
