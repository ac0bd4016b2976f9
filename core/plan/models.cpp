#include "plan/models.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include <kindred/error.hpp>

#include "addresses/naming.hpp"
#include "plan/tools.hpp"
#include "plugin/guard.hpp"

namespace kindred::plan {
namespace {

// The recipe's parameters, then what the command line sets where the plugin knows the name.
recipe::PluginUse overridden(recipe::PluginUse use, const plugin::Plugin& plugin,
                             const SourceOverrides& overrides) {
  for (const auto& [name, value] : overrides) {
    const bool declared = std::any_of(plugin.parameters.begin(), plugin.parameters.end(),
                                      [&](const Entry& entry) { return entry.name == name; });
    if (!declared) continue;
    std::erase_if(use.parameters,
                  [&](const recipe::RawParameter& given) { return given.name == name; });
    use.parameters.push_back({name, value, true, use.place, use.place});
  }
  return use;
}

}  // namespace

Models::Models(const recipe::Recipe& recipe, plugin::Registry& registry,
               const checkpoint::ArchitectureRegistry& architectures,
               const SourceOverrides& overrides, std::vector<recipe::Diagnostic>& diagnostics)
    : recipe_(recipe), architectures_(architectures) {
  for (const recipe::SourceSpec& spec : recipe.sources) {
    try {
      const plugin::Plugin& plugin = registry.load(spec.use.plugin);
      const std::size_t before = diagnostics.size();
      const Parameters parameters =
          plan::bind(overridden(spec.use, plugin, overrides), plugin, diagnostics);
      if (diagnostics.size() == before) sources_[spec.name] = plugin.makeSource(parameters);
    } catch (const Error& error) {
      const std::string where = error.place().empty() ? "" : error.place() + ": ";
      diagnostics.push_back({spec.use.place, where + error.message(), error.remedy()});
    }
  }
}

const Model& Models::model(const std::string& key) {
  const auto known = models_.find(key);
  if (known != models_.end()) return *known->second;
  auto model = std::make_unique<Model>();
  static_cast<Repository&>(*model) = repository(key);
  plugin::guard(model->address.substr(0, model->address.find(':')), [&] {
    model->checkpoint = checkpoint::Checkpoint::open(key, *model->source, *model->location);
  });
  model->architecture = architectures_.recognise(model->checkpoint);
  return *models_.emplace(key, std::move(model)).first->second;
}

const Repository& Models::repository(const std::string& key) {
  const auto known = repositories_.find(key);
  if (known != repositories_.end()) return *known->second;
  const auto spec = std::find_if(recipe_.models.begin(), recipe_.models.end(),
                                 [&](const recipe::ModelSpec& m) { return m.key == key; });
  if (spec == recipe_.models.end()) {
    throw Error(Category::internal, "", "no model '" + key + "' in a checked recipe");
  }
  return *repositories_.emplace(key, openRepository(*spec)).first->second;
}

std::unique_ptr<Repository> Models::openRepository(const recipe::ModelSpec& spec) const {
  auto repository = std::make_unique<Repository>();
  repository->key = spec.key;
  repository->role = spec.role;
  repository->source = sources_.at(spec.source).get();
  plugin::guard(spec.source,
                [&] { repository->location = repository->source->open(spec.address); });
  const std::string pinned = addresses::namingOf(*repository->location).pinned();
  repository->address = spec.source + ":" + (pinned.empty() ? spec.address : pinned);
  return repository;
}

void Models::openRepositories() {
  std::vector<std::pair<const recipe::ModelSpec*, std::future<std::unique_ptr<Repository>>>>
      opening;
  for (const recipe::ModelSpec& spec : recipe_.models) {
    if (repositories_.contains(spec.key) || !sources_.at(spec.source)->remote()) continue;
    opening.emplace_back(
        &spec, std::async(std::launch::async, [this, &spec] { return openRepository(spec); }));
  }
  for (auto& [spec, repository] : opening) repositories_.emplace(spec->key, repository.get());
}

std::vector<const Model*> Models::controls() {
  std::vector<const Model*> list;
  for (const recipe::ModelSpec& spec : recipe_.models) {
    if (spec.role == recipe::ModelRole::control) list.push_back(&model(spec.key));
  }
  return list;
}

std::vector<const Model*> Models::opened() const {
  std::vector<const Model*> list;
  for (const auto& [key, model] : models_) list.push_back(model.get());
  return list;
}

std::vector<const Repository*> Models::repositories() const {
  std::vector<const Repository*> list;
  for (const auto& [key, repository] : repositories_) list.push_back(repository.get());
  return list;
}

Cost Models::spent() const {
  Cost total;
  for (const auto& [name, source] : sources_) {
    const Cost cost = source->spent();
    total.bytes += cost.bytes;
    total.requests += cost.requests;
  }
  return total;
}

}  // namespace kindred::plan
