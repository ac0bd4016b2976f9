#include "cli/open_model.hpp"

#include <algorithm>

#include <kindred/error.hpp>

#include "plugin/bind.hpp"
#include "plugin/guard.hpp"
#include "plugin/installation.hpp"

namespace kindred::cli {
namespace {

std::unique_ptr<Source> makeSource(const Invocation& invocation, const ModelArgument& model,
                                   plugin::Registry& registry) {
  const plugin::Plugin& plugin = registry.load(model.plugin);
  std::vector<plugin::Given> given;
  if (!model.root.empty()) given.push_back({"root", model.root});
  const bool offline =
      std::any_of(plugin.parameters.begin(), plugin.parameters.end(),
                  [](const Entry& entry) { return std::string_view(entry.name) == "offline"; });
  if (offline && invocation.has("offline")) given.push_back({"offline", "true"});
  const plugin::Bound bound = plugin::bindParameters(plugin, given);
  if (!bound.misfits.empty()) {
    throw inputError("", bound.misfits.front().message, bound.misfits.front().hint);
  }
  return plugin.makeSource(bound.parameters);
}

}  // namespace

OpenModel::OpenModel(const Invocation& invocation, const std::string& argument)
    : registry_(plugin::pluginFolders(invocation.values("plugin-path"))),
      architectures_(checkpoint::architectureFolder(invocation.executable)) {
  const ModelArgument model = modelArgument(argument);
  source_ = makeSource(invocation, model, registry_);
  plugin::guard(model.plugin, [&] {
    location_ = source_->open(model.address);
    checkpoint_ = checkpoint::Checkpoint::open(model.key, *source_, *location_);
  });
  architecture_ = architectures_.recognise(checkpoint_);
}

}  // namespace kindred::cli
