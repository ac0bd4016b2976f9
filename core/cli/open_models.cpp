#include "cli/open_models.hpp"

#include <map>
#include <string>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <kindred/error.hpp>

#include "cli/workspace.hpp"
#include "plugin/installation.hpp"
#include "words/names.hpp"

namespace kindred::cli {
namespace {

recipe::SourceSpec sourceOf(const ModelArgument& model, std::string name) {
  recipe::SourceSpec spec;
  spec.name = std::move(name);
  spec.use.plugin = model.plugin;
  const auto give = [&](const char* parameter, const std::string& value) {
    if (!value.empty()) spec.use.parameters.push_back({parameter, value, true, {}, {}});
  };
  give("root", model.root);
  give("endpoint", model.endpoint);
  if (model.layout != addresses::Layout::hub) {
    give("layout", std::string(addresses::name(model.layout)));
  }
  return spec;
}

}  // namespace

void checkSources(const std::vector<ModelArgument>& models, plugin::Registry& registry) {
  for (const ModelArgument& model : models) {
    checkSources(model.adapter, registry);
    if (model.typed.empty()) continue;
    const std::string place = words::escaped(model.typed);
    const plugin::Plugin* plugin = nullptr;
    try {
      plugin = &registry.load(model.plugin);
    } catch (const Error& error) {
      throw inputError(place, error.message(), error.remedy());
    }
    if (plugin->kind() == Kind::source) continue;
    throw inputError(
        place,
        fmt::format("plugin '{}' is a {}, not a source", plugin->name(), name(plugin->kind())),
        "kindred plugins lists the sources; a file of that name is file:" + place);
  }
}

OpenModels::OpenModels(const Invocation& invocation, std::vector<ModelArgument> models)
    : registry_(plugin::pluginFolders(invocation.values("plugin-path"))),
      architectures_(models::architectureFolder(invocation.executable)),
      arguments_(std::move(models)) {
  makeKeysDistinct(arguments_);
  checkSources(arguments_, registry_);
  std::map<std::tuple<std::string, std::string, std::string, addresses::Layout>, std::string> names;
  const auto source = [&](const ModelArgument& model) {
    const auto [at, fresh] =
        names.try_emplace({model.plugin, model.root, model.endpoint, model.layout},
                          "source-" + std::to_string(names.size() + 1));
    if (fresh) given_.sources.push_back(sourceOf(model, at->second));
    return at->second;
  };
  for (const ModelArgument& model : arguments_) {
    recipe::ModelSpec spec{
        .key = model.key, .source = source(model), .address = model.address, .place = {}};
    for (const ModelArgument& adapter : model.adapter) {
      spec.adapter_source = source(adapter);
      spec.adapter_address = adapter.address;
    }
    given_.models.push_back(std::move(spec));
  }
  std::vector<recipe::Diagnostic> diagnostics;
  opened_ = std::make_unique<plan::Models>(given_, registry_, architectures_,
                                           sourceOverrides(invocation), diagnostics);
  if (!diagnostics.empty()) {
    throw inputError("", diagnostics.front().message, diagnostics.front().hint);
  }
}

}  // namespace kindred::cli
